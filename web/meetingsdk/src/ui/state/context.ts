import { createContext, useCallback, useContext, useState, useSyncExternalStore } from 'react';
import type { MeetingActions, MeetingModel, MeetingState, Participant, Translator, ViewOptions } from '../../core/model';
import { findParticipant } from '../logic/order';
import type { Store } from './store';
import type { UiState } from './ui-state';

/** What every component can reach. The object changes only when the dictionary does. */
export interface ViewContext {
  model: MeetingModel;
  ui: Store<UiState>;
  t: Translator['t'];
  language: string;
  rtl: boolean;
  /** The element over everything, in which menus and dialogs are drawn. */
  layer: () => HTMLElement | null;
  /** Runs a command; a refusal becomes a notice instead of an unhandled rejection. */
  run: (command: Promise<void>) => void;
}

export const Context = createContext<ViewContext | null>(null);

/** The context of the view; outside of a view this is a programming error. */
export function useView(): ViewContext {
  const context = useContext(Context);
  if (!context) throw new Error('useView outside of a mounted view');
  return context;
}

/** Translates into the view's language. */
export function useT(): Translator['t'] {
  return useView().t;
}

/** The commands of the meeting. */
export function useActions(): MeetingActions {
  return useView().model.actions;
}

/** Whether two selections show the same: the same value, or arrays of the same values. */
export function sameSelection(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, i) => Object.is(item, b[i]));
}

/** Keeps the former object while a new selection shows the same, so that nothing renders in vain. */
function stableSelection<S, T>(): (select: (state: S) => T, state: S) => T {
  let last: { value: T } | null = null;
  return (select, state) => {
    const next = select(state);
    if (!last || !sameSelection(last.value, next)) last = { value: next };
    return last.value;
  };
}

/** A part of the meeting's state; renders again only when that part changes. */
export function useMeeting<T>(select: (state: MeetingState) => T): T {
  const { model } = useView();
  const [stable] = useState(() => stableSelection<MeetingState, T>());
  const subscribe = useCallback((listener: () => void) => model.subscribe(listener), [model]);
  return useSyncExternalStore(subscribe, () => stable(select, model.getState()));
}

/** A part of the view's own state. */
export function useUi<T>(select: (state: UiState) => T): T {
  const { ui } = useView();
  const [stable] = useState(() => stableSelection<UiState, T>());
  return useSyncExternalStore(ui.subscribe, () => stable(select, ui.get()));
}

/** One of the options the app gave. */
export function useOption<K extends keyof ViewOptions>(key: K): ViewOptions[K] {
  return useUi((state) => state.options[key]);
}

/** One person of the roster, or undefined after they left. */
export function useParticipant(userId: number): Participant | undefined {
  return useMeeting((state) => findParticipant(state.participants, userId) ?? (state.self?.userId === userId ? state.self : undefined));
}

/** The person at this browser, as the roster has them. */
export function useSelf(): Participant | null {
  return useMeeting((state) => findParticipant(state.participants, state.self?.userId) ?? state.self);
}
