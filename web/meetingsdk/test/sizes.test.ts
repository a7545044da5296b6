import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
// @ts-expect-error -- a script of the build, without types
import * as sizes from '../build/sizes.mjs';

const { withinBudgets } = sizes as { withinBudgets(chunks: object, folder: string, limits: Record<string, number>): Promise<boolean> };

const chunks = { ui: 'ui.js', media: 'media.js', preload: ['ui.js', 'media.js'] };
let folder: string;

beforeEach(async () => {
  for (const method of ['log', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
  folder = await mkdtemp(join(tmpdir(), 'anteroom-sizes-'));
  await mkdir(join(folder, 'chunks'));
  // Random bytes do not get smaller: an entry of 2 KB and two chunks of 4 KB, KB of 1000 bytes as `make bench` counts.
  await writeFile(join(folder, 'entry.js'), randomBytes(2000));
  for (const name of chunks.preload) await writeFile(join(folder, 'chunks', name), randomBytes(4000));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it.each([
  [10.2, true],
  [9.9, false],
])('an entry of 2 KB with chunks of 8 KB is within %d KB: %s', async (limit, within) => {
  expect(await withinBudgets(chunks, folder, { 'entry.js': limit })).toBe(within);
});
