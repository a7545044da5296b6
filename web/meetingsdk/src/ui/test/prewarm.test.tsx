import { act, cleanup } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mountClientView, prewarmView } from '../index';
import { fakeModel, options, person, state, stubSizes } from './fake';

const { i18n } = fakeModel(state([person(1)]));
let frames: FrameRequestCallback[];
let trees: ShadowRoot[];

beforeEach(() => {
  stubSizes(960, 600);
  frames = [];
  trees = [];
  vi.stubGlobal('requestAnimationFrame', (run: FrameRequestCallback) => frames.push(run));
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  const attachShadow = Element.prototype.attachShadow;
  vi.spyOn(Element.prototype, 'attachShadow').mockImplementation(function (this: Element, init) {
    expect(init.mode).toBe('closed');
    const tree = attachShadow.call(this, init);
    trees.push(tree);
    return tree;
  });
  document.body.innerHTML = '<div id="zmmtg-root"></div><div id="aria-notify-area">as it was</div>';
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const pass = (count: number) => act(async () => {
  for (let i = 0; i < count; i++) frames.splice(0).forEach((run) => run(i));
});

describe.each(['client', 'component'] as const)('prewarming %s view', (view) => {
  it('draws a meeting that nothing in the document finds', async () => {
    const before = document.body.innerHTML;
    await act(async () => prewarmView(i18n, { ...options, view }));
    const [tree] = trees;
    expect(tree?.querySelectorAll('.ar-tile, [class*="tile"]').length).toBeGreaterThan(0);
    expect(tree?.querySelectorAll('button').length).toBeGreaterThan(3);
    expect(document.querySelector('.anteroom, #ZoomEmbeddedApp, button')).toBeNull();
    expect(document.body.innerHTML).toBe(before);
    const place = tree?.host as HTMLElement;
    expect(place).toMatchObject({ ariaHidden: 'true', inert: true });
    expect(place.style.visibility).toBe('hidden');
  });

  it('is gone after three frames, without a trace', async () => {
    const before = document.documentElement.outerHTML;
    await act(async () => prewarmView(i18n, { ...options, view }));
    await pass(2);
    expect(trees[0]?.host.isConnected).toBe(true);
    await pass(1);
    expect(trees[0]?.host.isConnected).toBe(false);
    expect(trees[0]?.querySelector('.anteroom')).toBeNull();
    expect(document.documentElement.outerHTML).toBe(before);
  });
});

it('an app that puts a view into a shadow tree of its own has it styled there, once for all its views', async () => {
  const element = document.createElement('div');
  document.body.append(element);
  vi.restoreAllMocks();
  const tree = element.attachShadow({ mode: 'open' });
  tree.innerHTML = '<div></div><div></div>';
  const [one, two] = [...tree.children] as [HTMLElement, HTMLElement];
  const model = fakeModel(state([person(1)]));
  const views = [one, two].map((root) => {
    let mounted: ReturnType<typeof mountClientView> | undefined;
    act(() => void (mounted = mountClientView(root, model, options)));
    return mounted;
  });
  const sheets = () => tree.querySelectorAll('style').length + (tree.adoptedStyleSheets?.length ?? 0);
  expect(sheets()).toBe(1);
  expect(document.head.querySelector('style')).toBeNull();
  act(() => views[0]?.unmount());
  expect(sheets()).toBe(1);
  act(() => views[1]?.unmount());
  expect(sheets()).toBe(0);
});
