import { render } from '@testing-library/react';
import type { ReactElement } from 'react';
import { vi } from 'vitest';
import { defaultOptions } from '../../core/create-meeting';
import type { MeetingActions, MeetingModel, MeetingState, Participant, ViewOptions } from '../../core/model';
import { initialState, defaultRules } from '../../core/state';
import { enUS } from '../i18n/en-US';
import { loadLazyParts } from '../lazy/load';
import { Context, type ViewContext } from '../state/context';
import { createStore } from '../state/store';
import { firstUiState } from '../state/ui-state';

// These tests are of pages that joined a moment ago; lazy.test.tsx covers the others.
await loadLazyParts().catch(() => undefined);

/** A participant with the fields that the test sets. */
export function person(userId: number, change: Partial<Participant> = {}): Participant {
  return {
    userId, guid: `g${userId}`, userName: `Person ${userId}`, role: 'attendee', state: 'joined', muted: true, audioOn: true, videoOn: false, sharing: false,
    handRaised: false, guest: false, view: 'client', mediaIdentity: `m${userId}`, joinedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, userId)).toISOString(), ...change,
  };
}

/** A running meeting in which the first person is the self. */
export function state(people: Participant[], change: Partial<MeetingState> = {}): MeetingState {
  return {
    ...initialState,
    phase: 'inMeeting', self: people[0] ?? null, participants: people,
    session: { sessionId: 's', meetingNumber: '81555123456', topic: 'Topic', hostUserId: null, kind: 'meeting', locked: false, startedAt: '', participants: people.length, ...defaultRules, spotlights: [] },
    chat: [], unreadChat: 0, activeSpeakers: [], microphone: 'muted', camera: 'off', share: 'off', canPlaySound: true,
    devices: { microphones: [], cameras: [], speakers: [], microphone: '', camera: '', speaker: '' },
    notices: [], failure: null, reconnectingSince: null, awaitedMeeting: null, unmuteRequestedBy: null, ...change,
  };
}

export const options: ViewOptions = {
  ...defaultOptions('client'),
  view: 'client', defaultView: 'gallery', showMeetingHeader: true, isSupportAV: true, isSupportChat: true, screenShare: true, disableInvite: false, videoDrag: true,
  videoHeader: true, showJoiningErrorDialog: true, disablePreview: true, meetingInfo: ['topic', 'mn'], maximumVideosInGalleryView: 25, customize: {},
};

/** A model whose commands only record that they were called. */
export function fakeModel(first: MeetingState): MeetingModel & { set: (change: Partial<MeetingState>) => void } {
  let current = first;
  const listeners = new Set<() => void>();
  const calls: Record<string, unknown> = {};
  const actions = new Proxy(calls, {
    get: (_calls, name: string) => (calls[name] ??= vi.fn(() => (name === 'attachVideo' ? () => undefined : Promise.resolve()))),
  }) as unknown as MeetingActions;
  return {
    getState: () => current,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set: (change) => {
      current = { ...current, ...change };
      listeners.forEach((listener) => listener());
    },
    actions,
    i18n: {
      t: (key, values) => ((enUS as Record<string, string>)[key] ?? key).replace(/\{(\w+)\}/g, (place, name: string) => String(values?.[name] ?? place)),
      language: 'en-US', textLanguage: 'en-US', direction: 'ltr', version: 0, subscribe: () => () => undefined,
    },
  };
}

/** jsdom measures nothing; every observed element has this size. */
export function stubSizes(width: number, height: number): void {
  vi.stubGlobal('ResizeObserver', class {
    constructor(private readonly report: (entries: unknown[]) => void) {}
    observe() {
      this.report([{ contentRect: { width, height } }]);
    }
    unobserve() {}
    disconnect() {}
  });
}

/** Renders a component inside a view. */
export function renderInView(element: ReactElement, first: MeetingState) {
  const model = fakeModel(first);
  const ui = createStore(firstUiState(options));
  const host = document.createElement('div');
  host.className = 'anteroom';
  const layer = document.createElement('div');
  host.append(layer);
  document.body.append(host);
  const context: ViewContext = { model, ui, t: (key, values) => model.i18n.t(key, values), language: 'en-US', rtl: false, layer: () => layer, run: (command) => void command.catch(() => undefined) };
  const view = render(<Context value={context}>{element}</Context>, { container: host.appendChild(document.createElement('div')) });
  return { ...view, model, ui, layer };
}
