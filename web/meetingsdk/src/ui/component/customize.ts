import type { Placement } from '../logic/placement';

/** Width and height in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Where the app wants a panel. */
export interface PopperWish {
  anchorElement: HTMLElement | null;
  placement: Placement | null;
  position: { top?: string; left?: string; right?: string; bottom?: string } | null;
}

/** What of `customize.video` and the poppers this view obeys. */
export interface WidgetWishes {
  size: Partial<Size> | null;
  ribbon: Partial<Size> | null;
  resizable: boolean;
  draggable: boolean;
  position: PopperWish['position'];
  participants: PopperWish | null;
  chat: PopperWish | null;
  setting: PopperWish | null;
  meeting: PopperWish | null;
  /** Where notices of new messages are shown. */
  chatNotice: PopperWish['position'];
}

/** A panel that the app may place. */
export type PopperName = 'participants' | 'chat' | 'setting' | 'meeting';

type Tree = Record<string, unknown>;
const PLACEMENTS = /^(?:top|bottom|left|right)(?:-(?:start|end))?$/;
const asTree = (value: unknown): Tree => (typeof value === 'object' && value !== null ? (value as Tree) : {});

/** The sides of a size that an app gave; they have been checked on their way here. */
function sizeOf(value: unknown): Partial<Size> | null {
  const size: Partial<Size> = {};
  for (const side of ['width', 'height'] as const) {
    const length = asTree(value)[side];
    if (typeof length === 'number' && length > 0) size[side] = length;
  }
  return Object.keys(size).length > 0 ? size : null;
}

function positionOf(value: unknown): PopperWish['position'] {
  const tree = asTree(value);
  const position: NonNullable<PopperWish['position']> = {};
  for (const edge of ['top', 'left', 'right', 'bottom'] as const) {
    const length = tree[edge];
    if (typeof length === 'number' && Number.isFinite(length)) position[edge] = `${length}px`;
    else if (typeof length === 'string' && /^-?[\d.]+(?:px|%|r?em|v[wh])$/.test(length)) position[edge] = length;
  }
  return Object.keys(position).length > 0 ? position : null;
}

function popperOf(value: unknown): PopperWish | null {
  const popper = asTree(asTree(value)['popper']);
  const anchor = popper['anchorElement'];
  const placement = popper['placement'];
  const wish: PopperWish = {
    anchorElement: anchor instanceof HTMLElement ? anchor : null,
    placement: typeof placement === 'string' && PLACEMENTS.test(placement) ? (placement as Placement) : null,
    position: popper['anchorReference'] === 'anchorPosition' || !anchor ? positionOf(popper['anchorPosition']) : null,
  };
  return wish.anchorElement || wish.placement || wish.position ? wish : null;
}

/** Reads `customize` as an app gave it, unchecked. */
export function widgetWishes(customize: Record<string, unknown>): WidgetWishes {
  const video = asTree(customize['video']);
  const sizes = asTree(video['viewSizes']);
  const popper = asTree(video['popper']);
  return {
    size: sizeOf(sizes['default']),
    ribbon: sizeOf(sizes['ribbon']),
    resizable: video['isResizable'] !== false,
    draggable: popper['disableDraggable'] !== true,
    position: positionOf(popper['anchorPosition']),
    participants: popperOf(customize['participants']),
    chat: popperOf(customize['chat']),
    setting: popperOf(customize['setting']),
    meeting: popperOf(customize['meeting']),
    chatNotice: positionOf(asTree(customize['chat'])['notificationCls']),
  };
}
