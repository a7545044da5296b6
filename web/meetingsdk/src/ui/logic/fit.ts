/** From this factor on, a video that covers its box is cropped too much. */
const MAX_CROP = 1.4;

/** Whether a video should be contained instead of cropped because its aspect ratio differs much from its box. */
export function shouldContain(picture: { width: number; height: number }, box: { width: number; height: number }): boolean {
  const factor = (picture.width * box.height) / (picture.height * box.width);
  return Math.max(factor, 1 / factor) > MAX_CROP && Number.isFinite(factor) && factor > 0;
}
