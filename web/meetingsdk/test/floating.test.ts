import { beforeEach, expect, it, vi } from 'vitest';
import { FloatingPicture, type FloatingDocument } from '../src/core/floating';

let page: FloatingDocument & { pictureInPictureElement: Element | null };
let floats: boolean[];
let floating: FloatingPicture;

beforeEach(() => {
  floats = [];
  page = {
    pictureInPictureEnabled: true,
    pictureInPictureElement: null,
    exitPictureInPicture: vi.fn(async () => void (page.pictureInPictureElement = null)),
  };
  floating = new FloatingPicture((on) => void floats.push(on), () => page);
});

/** A picture on the page, which floats once the browser is ready. */
function picture(ready: Promise<void> = Promise.resolve()): HTMLVideoElement {
  const element = document.createElement('video');
  element.requestPictureInPicture = async () => {
    await ready;
    page.pictureInPictureElement = element;
    element.dispatchEvent(new Event('enterpictureinpicture'));
    return {} as PictureInPictureWindow;
  };
  return element;
}

it('a floating picture goes with the picture on the page, another one stays', async () => {
  const gone = floating.watch(1, 'camera', picture());
  const other = floating.watch(2, 'camera', picture());
  await floating.show(1);
  expect(floats).toEqual([true]);
  other();
  expect(page.pictureInPictureElement).not.toBeNull();
  gone();
  await vi.waitFor(() => expect(floats).toEqual([true, false]));
  expect(page.pictureInPictureElement).toBeNull();
});

it('one that the browser opens only after the end of the meeting is closed at once', async () => {
  let open = (): void => undefined;
  const gone = floating.watch(1, 'camera', picture(new Promise((resolve) => (open = resolve))));
  const shown = floating.show(1);
  gone();
  open();
  await shown;
  expect(page.pictureInPictureElement).toBeNull();
  expect(floats.at(-1)).toBe(false);
});
