import { useMemo } from 'react';
import { useOption } from '../state/context';

/** An entry that the app adds to the toolbar's menu (`customize.toolbar.buttons`). */
export interface CustomButton {
  text: string;
  className: string;
  onClick: () => void;
}

/** How many entries of an app the menu takes. */
const MAX_BUTTONS = 20;

/** Parses the app's entries; those without a text or a handler are ignored. */
export function customButtons(customize: Record<string, unknown>): CustomButton[] {
  const toolbar = customize['toolbar'];
  const buttons = typeof toolbar === 'object' && toolbar !== null ? (toolbar as Record<string, unknown>)['buttons'] : undefined;
  if (!Array.isArray(buttons)) return [];
  return buttons.slice(0, MAX_BUTTONS).flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { text, onClick, className } = entry as Record<string, unknown>;
    if (typeof text !== 'string' || text === '' || typeof onClick !== 'function') return [];
    return [{ text, className: typeof className === 'string' ? className : '', onClick: () => void (onClick as () => unknown)() }];
  });
}

/** The app's own entries of the toolbar's menu. */
export function useCustomButtons(): CustomButton[] {
  const customize = useOption('customize');
  return useMemo(() => customButtons(customize), [customize]);
}
