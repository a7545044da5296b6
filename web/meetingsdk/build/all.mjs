// Builds everything that is handed out: `dist/cdn` for script tags, `dist/npm`
// for the package's tarball.
import { rm } from 'node:fs/promises';
import { buildCdn } from './cdn.mjs';
import { buildNpm } from './npm.mjs';
import { withinBudgets } from './sizes.mjs';

await rm('dist', { recursive: true, force: true });
const chunks = await buildCdn();
await buildNpm();
if (!(await withinBudgets(chunks))) process.exitCode = 1;
