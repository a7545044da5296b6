import type { MeetingModel, ViewRemoval, ViewKind } from '../../core/model';

/** How often to check whether the view is there, and how long it may be absent, in milliseconds: frameworks move elements. */
const CHECK_INTERVAL_MS = 100;
const ABSENCE_LIMIT_MS = 500;
/** An address at which the view was visible this long belongs to the meeting. */
const SETTLE_MS = 5_000;

/** The part of the Navigation API that is used. */
interface History {
  readonly currentEntry: { readonly key: string; readonly index: number } | null;
  entries(): { readonly key: string }[];
}

/**
 * Checks, during a meeting or a join, whether the view is still on the page: if the app
 * has removed it permanently, leaves the meeting, so that nobody stays in it, seen and
 * heard, without a way out. Returns the function that stops it.
 */
export function watchViewPresence(host: HTMLElement, kind: ViewKind, model: MeetingModel): () => void {
  const view = host.ownerDocument.defaultView;
  if (!view || !model.viewRemoved) return () => undefined;
  const history = (view as { navigation?: History }).navigation;
  let timer: ReturnType<typeof setInterval> | undefined;
  /** Since when the view is absent; null while it is there. */
  let absentSince: number | null = null;
  let attached = false;
  let entry = '';
  let joinAddress = '';
  const visited = new Set<string>();
  let settled = '';
  let last = '';
  let lastSince = 0;

  const address = (): string => addressOf(view.location);

  /** Whether the page went back to before the join. */
  const wentBack = (now: string): boolean => {
    if (kind !== 'client' || now === joinAddress || !history?.currentEntry) return false;
    return history.entries().findIndex(({ key }) => key === entry) > history.currentEntry.index;
  };
  const removal = (): ViewRemoval | null => {
    if (!host.isConnected || !host.ownerDocument.defaultView) return attached ? 'removed' : null;
    attached = true;
    const now = address();
    const time = Date.now();
    if (now !== last) [last, lastSince] = [now, time];
    visited.add(now);
    if (wentBack(now)) return 'back';
    if (now === settled) return null;
    if (host.getClientRects().length === 0) return 'hidden';
    if (time - lastSince >= SETTLE_MS) settled = now;
    return null;
  };
  const check = (): void => {
    const reason = removal();
    if (!reason) {
      absentSince = null;
      return;
    }
    absentSince ??= Date.now();
    if (Date.now() - absentSince < ABSENCE_LIMIT_MS) return;
    stop();
    model.viewRemoved?.(reason);
  };
  /** For browsers without the Navigation API: an address not visited since the join was visited before it. */
  const onPop = (): void => {
    if (history || kind !== 'client' || timer === undefined) return;
    const now = address();
    if (now !== joinAddress && !visited.has(now)) {
      stop();
      model.viewRemoved?.('back');
    }
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const update = (): void => {
    if (!isUnderWay(model)) return stop();
    if (timer !== undefined) return;
    joinAddress = settled = last = address();
    visited.clear();
    visited.add(joinAddress);
    entry = history?.currentEntry?.key ?? '';
    absentSince = null;
    attached = host.isConnected;
    timer = setInterval(check, CHECK_INTERVAL_MS);
  };

  update();
  const unsubscribe = model.subscribe(update);
  view.addEventListener('popstate', onPop);
  return () => {
    stop();
    unsubscribe();
    view.removeEventListener('popstate', onPop);
  };
}

/** The part of an address that identifies a page of an app: a hash counts if it is a route. */
export function addressOf({ pathname, search, hash }: Pick<Location, 'pathname' | 'search' | 'hash'>): string {
  return pathname + search + (/^#!?\//.test(hash) ? hash : '');
}

function isUnderWay(model: MeetingModel): boolean {
  const { phase } = model.getState();
  return phase !== 'idle' && phase !== 'initialised' && phase !== 'ended';
}
