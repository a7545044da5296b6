import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';

const script = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Every rule of WCAG 2.2 up to AA, and what axe holds to be good practice. */
const options: RunOptions = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] };

interface InPage {
  axe: { run(context: unknown, options: RunOptions): Promise<AxeResults> };
}

/**
 * Waits until nothing has moved, faded or come for five frames with idle time between them.
 * Rules on sizes, overlaps and contrast judge places and opacities: on a slow machine
 * a page whose widget has not been measured yet would be judged by a layout nobody sees.
 * A page that never rests is judged as it is after two hundred frames.
 */
async function waitUntilStill(page: Page, within: string): Promise<void> {
  await page.evaluate(async (w) => {
    await document.fonts.ready;
    const look = () =>
      [...document.querySelectorAll(`${w}, ${w} *`)]
        .map((element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          return [element.tagName, x, y, width, height, getComputedStyle(element).opacity].join();
        })
        .join(';');
    let before = '';
    for (let still = 0, frames = 0; still < 5 && frames < 200; frames++) {
      await new Promise(requestAnimationFrame);
      await new Promise((idle) => requestIdleCallback(idle, { timeout: 100 }));
      const now = look();
      still = now === before ? still + 1 : 0;
      before = now;
    }
  }, within);
}

/** Nothing on the page may hinder people who use it by ear, by keyboard or with weak eyes. */
export async function accessible(page: Page, within = '.anteroom'): Promise<void> {
  await waitUntilStill(page, within);
  await page.evaluate(await script);
  const found = await page.evaluate(async ([o, w]) => {
    const { violations } = await (window as unknown as InPage).axe.run({ include: [w] }, o);
    return violations.map((v) => ({ rule: v.id, help: v.help, nodes: v.nodes.map((n) => `${n.target.join(' ')}: ${n.failureSummary ?? ''}`) }));
  }, [options, within] as const);
  const rules = found.map(({ rule, nodes }) => `${rule} at ${nodes[0]?.split(':')[0] ?? ''}`).join(', ');
  expect.soft(found, `axe on ${page.url()}: ${rules}`).toEqual([]);
}
