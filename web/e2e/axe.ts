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

/** Nothing on the page may hinder people who use it by ear, by keyboard or with weak eyes. */
export async function accessible(page: Page, within = '.anteroom'): Promise<void> {
  await page.evaluate(await script);
  const found = await page.evaluate(async ([o, w]) => {
    const { violations } = await (window as unknown as InPage).axe.run({ include: [w] }, o);
    return violations.map((v) => ({ rule: v.id, help: v.help, nodes: v.nodes.map((n) => `${n.target.join(' ')}: ${n.failureSummary ?? ''}`) }));
  }, [options, within] as const);
  expect.soft(found, `axe on ${page.url()}`).toEqual([]);
}
