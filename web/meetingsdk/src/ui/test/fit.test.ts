import { expect, it } from 'vitest';
import { shouldContain } from '../logic/fit';

it.each([
  ['a wide picture on an upright phone', [1280, 720], [390, 650], true],
  ['an upright picture on a wide stage', [720, 1280], [1280, 720], true],
  ['a wide picture on a phone that lies', [1280, 720], [820, 220], true],
  ['a picture as wide as its place', [1280, 720], [640, 360], false],
  ['an older camera on a wide stage', [640, 480], [1280, 720], false],
  ['no picture yet', [0, 0], [640, 360], false],
] as const)('%s', (_, [width, height], [across, down], whole) => {
  expect(shouldContain({ width, height }, { width: across, height: down })).toBe(whole);
});
