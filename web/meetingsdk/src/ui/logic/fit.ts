/** From this factor on, a picture that fills its place loses too much of the people in it. */
const MOST = 1.4;

/** Whether a picture is to be shown whole because its shape differs much from that of its place. */
export function showsWhole(picture: { width: number; height: number }, place: { width: number; height: number }): boolean {
  const factor = (picture.width * place.height) / (picture.height * place.width);
  return Math.max(factor, 1 / factor) > MOST && Number.isFinite(factor) && factor > 0;
}
