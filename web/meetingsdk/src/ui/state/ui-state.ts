import type { ViewOptions } from '../../core/model';
import { loadAnnouncementsEnabled } from './announcements';
import type { Store } from './store';

export type Layout = 'gallery' | 'speaker' | 'ribbon' | 'active' | 'minimized';
export type PanelName = 'participants' | 'chat';
export type SettingsTab = 'audio' | 'video' | 'background' | 'statistics' | 'keyboard' | 'general';
export type DialogName =
  | { name: 'settings'; tab?: SettingsTab }
  | { name: 'claimHost' }
  | { name: 'successor' }
  | { name: 'muteAll' }
  | { name: 'rename'; userId: number }
  | { name: 'remove'; userId: number }
  | { name: 'makeHost'; userId: number };

/** A message of the view's own, such as a command that was refused. */
export interface LocalNotice {
  id: number;
  level: 'info' | 'error';
  key: string;
  values?: Record<string, string | number>;
}

/** What only this page knows: which panel is open, what is asked. */
export interface UiState {
  options: ViewOptions;
  layout: Layout;
  /** The layout that a minimised view comes back to. */
  unminimized: Layout;
  panel: PanelName | null;
  dialog: DialogName | null;
  /** To whom the chat input writes: one person, a group, or everyone (null). */
  chatTo: number | 'hosts' | 'waitingRoom' | null;
  /** What is being written there; it outlives the panel. */
  chatDraft: string;
  /** The requests, by their keys, of which the person wants to be shown no more. */
  seenRequests: readonly string[];
  /** Whose shared screen is shown where several share; null is the first. */
  sharer: number | null;
  /** Whether the next share of the toolbar asks for sound as well. */
  shareSound: boolean;
  notices: readonly LocalNotice[];
  /** Whether events of the meeting are announced to screen readers. */
  announcementsEnabled: boolean;
  /** Whether a host moved this participant from the meeting to the waiting room. */
  movedToWaitingRoom: boolean;
}

let noticeId = 0;

/** Shows a message of the view's own. */
export function addNotice(ui: Store<UiState>, notice: Omit<LocalNotice, 'id'>): void {
  ui.set({ notices: [...ui.get().notices, { ...notice, id: ++noticeId }] });
}

/** The layout a view starts with; names this view does not have fall back to the speaker. */
export function firstLayout(options: ViewOptions): Layout {
  switch (options.defaultView) {
    case 'gallery':
    case 'multiSpeaker':
      return 'gallery';
    case 'ribbon':
    case 'active':
    case 'minimized':
      return options.view === 'component' ? options.defaultView : 'speaker';
    default:
      return 'speaker';
  }
}

/** The state of a view just mounted. */
export function firstUiState(options: ViewOptions): UiState {
  const layout = firstLayout(options);
  return { options, layout, unminimized: layout === 'minimized' ? 'speaker' : layout, panel: null, dialog: null, chatTo: null, chatDraft: '', seenRequests: [], sharer: null, shareSound: !options.hideShareAudioOption, notices: [], announcementsEnabled: loadAnnouncementsEnabled(), movedToWaitingRoom: false };
}

/** The state of a view after the meeting; a participant moved to the waiting room keeps their draft. */
export function uiAfterMeeting({ chatDraft, chatTo, seenRequests }: UiState, movedToWaitingRoom: boolean): Partial<UiState> {
  return { panel: null, dialog: null, sharer: null, notices: [], movedToWaitingRoom, ...(movedToWaitingRoom ? { chatDraft, chatTo, seenRequests } : { chatDraft: '', chatTo: null, seenRequests: [] }) };
}
