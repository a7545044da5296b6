import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

/** Most that a page may load before it is inside a meeting, in KB of 1000 bytes, gzipped: the budgets of `make bench`. */
const budgets = { 'zoom-meeting.min.js': 380, 'zoom-meeting-embedded.min.js': 330 };

const kilobytes = async (file) => gzipSync(await readFile(file), { level: 9 }).length / 1000;

/** Prints what a page loads for each view; returns whether each is within its budget, in KB. */
export async function withinBudgets(chunks, folder = 'dist/cdn', limits = budgets) {
  let within = true;
  let shared = 0;
  for (const name of chunks.preload) {
    const size = await kilobytes(`${folder}/chunks/${name}`);
    shared += size;
    console.log(`chunks/${name}: ${size.toFixed(1)} KB gzipped`);
  }
  for (const [name, budget] of Object.entries(limits)) {
    const entry = await kilobytes(`${folder}/${name}`);
    const total = entry + shared;
    console.log(`${name}: ${entry.toFixed(1)} KB, with chunks ${total.toFixed(1)} of ${budget} KB gzipped`);
    if (total > budget) {
      console.error(`${name} is over its budget`);
      within = false;
    }
  }
  return within;
}
