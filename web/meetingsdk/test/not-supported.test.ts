// @vitest-environment node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ignoredFunctions, unsupportedFunctions } from '../src/client-view/unsupported';
import { emptyGetters, unsupportedMethods } from '../src/component-view/unsupported';

const page = readFileSync(fileURLToPath(new URL('../../../docs/not-supported.md', import.meta.url)), 'utf8');

describe('the page of what is not supported', () => {
  it.each(['generateSDKSignature', ...[unsupportedFunctions, ignoredFunctions, unsupportedMethods, emptyGetters].flatMap((names) => Object.keys(names))])('names %s', (name) => {
    expect(page).toContain(`\`${name}\``);
  });
});
