/** From this factor on, a picture that fills its place loses too much of the people in it. */
const MAX_CROP = 1.4;

/** Whether a picture is to be shown whole because its shape differs much from that of its place. */
export function shouldContain(picture: { width: number; height: number }, box: { width: number; height: number }): boolean {
  const factor = (picture.width * box.height) / (picture.height * box.width);
  return Math.max(factor, 1 / factor) > MAX_CROP && Number.isFinite(factor) && factor > 0;
}
