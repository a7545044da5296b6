import type { Placement } from '../logic/placement';

/** Width and height in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Where the app places a panel. */
export interface PopperOptions {
  anchorElement: HTMLElement | null;
  placement: Placement | null;
  position: { top?: string; left?: string; right?: string; bottom?: string } | null;
}

/** The options of `customize.video` and of the poppers that this view supports. */
export interface PlacementOptions {
  size: Partial<Size> | null;
  ribbon: Partial<Size> | null;
  resizable: boolean;
  draggable: boolean;
  position: PopperOptions['position'];
  participants: PopperOptions | null;
  chat: PopperOptions | null;
  setting: PopperOptions | null;
  meeting: PopperOptions | null;
  /** Where notices of new messages are shown. */
  chatNotice: PopperOptions['position'];
}

/** A panel that the app may place. */
export type PopperName = 'participants' | 'chat' | 'setting' | 'meeting';

type Tree = Record<string, unknown>;
const PLACEMENTS = /^(?:top|bottom|left|right)(?:-(?:start|end))?$/;
const asTree = (value: unknown): Tree => (typeof value === 'object' && value !== null ? (value as Tree) : {});

/** The sides of a size that an app gave; they have been checked on their way here. */
function parseSize(value: unknown): Partial<Size> | null {
  const size: Partial<Size> = {};
  for (const side of ['width', 'height'] as const) {
    const length = asTree(value)[side];
    if (typeof length === 'number' && length > 0) size[side] = length;
  }
  return Object.keys(size).length > 0 ? size : null;
}

function parsePosition(value: unknown): PopperOptions['position'] {
  const tree = asTree(value);
  const position: NonNullable<PopperOptions['position']> = {};
  for (const edge of ['top', 'left', 'right', 'bottom'] as const) {
    const length = tree[edge];
    if (typeof length === 'number' && Number.isFinite(length)) position[edge] = `${length}px`;
    else if (typeof length === 'string' && /^-?[\d.]+(?:px|%|r?em|v[wh])$/.test(length)) position[edge] = length;
  }
  return Object.keys(position).length > 0 ? position : null;
}

function parsePopper(value: unknown): PopperOptions | null {
  const popper = asTree(asTree(value)['popper']);
  const anchor = popper['anchorElement'];
  const placement = popper['placement'];
  const options: PopperOptions = {
    anchorElement: anchor instanceof HTMLElement ? anchor : null,
    placement: typeof placement === 'string' && PLACEMENTS.test(placement) ? (placement as Placement) : null,
    position: popper['anchorReference'] === 'anchorPosition' || !anchor ? parsePosition(popper['anchorPosition']) : null,
  };
  return options.anchorElement || options.placement || options.position ? options : null;
}

/** Reads `customize` as an app gave it, unchecked. */
export function parsePlacementOptions(customize: Record<string, unknown>): PlacementOptions {
  const video = asTree(customize['video']);
  const sizes = asTree(video['viewSizes']);
  const popper = asTree(video['popper']);
  return {
    size: parseSize(sizes['default']),
    ribbon: parseSize(sizes['ribbon']),
    resizable: video['isResizable'] !== false,
    draggable: popper['disableDraggable'] !== true,
    position: parsePosition(popper['anchorPosition']),
    participants: parsePopper(customize['participants']),
    chat: parsePopper(customize['chat']),
    setting: parsePopper(customize['setting']),
    meeting: parsePopper(customize['meeting']),
    chatNotice: parsePosition(asTree(customize['chat'])['notificationCls']),
  };
}
