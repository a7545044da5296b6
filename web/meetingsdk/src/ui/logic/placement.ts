/** A box in CSS pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Side = 'top' | 'bottom' | 'left' | 'right';
export type Placement = Side | `${Side}-start` | `${Side}-end`;

const OPPOSITE: Record<Side, Side> = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' };
/** What stays free at the edge of the bounds. */
const EDGE = 8;
const clamp = (value: number, min: number, max: number) => Math.max(min, Math.min(value, Math.max(min, max)));

/**
 * Where a popup of the given size goes beside its anchor: on the wanted side,
 * on the opposite one when it does not fit there, at its side when it is higher
 * than both have room for, always inside the bounds.
 * `start` and `end` follow the reading direction for top and bottom.
 */
export function computePosition(anchor: Box, popup: { width: number; height: number }, bounds: Box, placement: Placement, gap = 8, rtl = false): { left: number; top: number } {
  const [preferred, align] = placement.split('-') as [Side, 'start' | 'end' | undefined];
  const room: Record<Side, number> = {
    top: anchor.top - bounds.top,
    bottom: bounds.top + bounds.height - anchor.top - anchor.height,
    left: anchor.left - bounds.left,
    right: bounds.left + bounds.width - anchor.left - anchor.width,
  };
  const vertical = preferred === 'top' || preferred === 'bottom';
  const need = (vertical ? popup.height : popup.width) + gap;
  if (vertical && Math.max(room.top, room.bottom) < need && Math.max(room.left, room.right) >= popup.width + gap + EDGE) {
    // Over its anchor it would take the second click of a double one.
    return computePosition(anchor, popup, bounds, room.left > room.right ? 'left' : 'right', gap, rtl);
  }
  const side = room[preferred] < need && room[OPPOSITE[preferred]] > room[preferred] ? OPPOSITE[preferred] : preferred;
  let left: number;
  let top: number;
  if (vertical) {
    top = side === 'top' ? anchor.top - popup.height - gap : anchor.top + anchor.height + gap;
    const atStart = rtl ? align === 'end' : align === 'start';
    const atEnd = rtl ? align === 'start' : align === 'end';
    if (atStart) left = anchor.left;
    else if (atEnd) left = anchor.left + anchor.width - popup.width;
    else left = anchor.left + (anchor.width - popup.width) / 2;
  } else {
    left = side === 'left' ? anchor.left - popup.width - gap : anchor.left + anchor.width + gap;
    if (align === 'start') top = anchor.top;
    else if (align === 'end') top = anchor.top + anchor.height - popup.height;
    else top = anchor.top + (anchor.height - popup.height) / 2;
  }
  return {
    left: clamp(left, bounds.left + EDGE, bounds.left + bounds.width - popup.width - EDGE),
    top: clamp(top, bounds.top + EDGE, bounds.top + bounds.height - popup.height - EDGE),
  };
}
