// @vitest-environment node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { unsupportedFunctions } from '../src/client-view/unsupported';
import { unsupportedMethods } from '../src/component-view/unsupported';

const page = readFileSync(fileURLToPath(new URL('../../../docs/not-supported.md', import.meta.url)), 'utf8');

describe('the page of what is not supported', () => {
  it.each([...Object.keys(unsupportedFunctions), ...Object.keys(unsupportedMethods)])('names %s', (name) => {
    expect(page).toContain(`\`${name}\``);
  });
});
