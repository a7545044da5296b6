import { beforeEach, expect, it, vi } from 'vitest';
import { PictureInPicture, type PictureInPictureDocument } from '../src/core/picture-in-picture';

let page: PictureInPictureDocument & { pictureInPictureElement: Element | null };
let events: boolean[];
let pictureInPicture: PictureInPicture;

beforeEach(() => {
  events = [];
  page = {
    pictureInPictureEnabled: true,
    pictureInPictureElement: null,
    exitPictureInPicture: vi.fn(async () => void (page.pictureInPictureElement = null)),
  };
  pictureInPicture = new PictureInPicture((on) => void events.push(on), () => page);
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
  const gone = pictureInPicture.track(1, 'camera', picture());
  const other = pictureInPicture.track(2, 'camera', picture());
  await pictureInPicture.show(1);
  expect(events).toEqual([true]);
  other();
  expect(page.pictureInPictureElement).not.toBeNull();
  gone();
  await vi.waitFor(() => expect(events).toEqual([true, false]));
  expect(page.pictureInPictureElement).toBeNull();
});

it('one that the browser opens only after the end of the meeting is closed at once', async () => {
  let open = (): void => undefined;
  const gone = pictureInPicture.track(1, 'camera', picture(new Promise((resolve) => (open = resolve))));
  const shown = pictureInPicture.show(1);
  gone();
  open();
  await shown;
  expect(page.pictureInPictureElement).toBeNull();
  expect(events.at(-1)).toBe(false);
});
