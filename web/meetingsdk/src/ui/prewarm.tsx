import type { MeetingActions, MeetingModel, MeetingState, Participant, Translator, ViewOptions } from '../core/model';
import { initialState, defaultRules } from '../core/state';

/** The styles of its container: as large as a usual view, invisible, without effect on the page. */
const offscreenStyle: Partial<CSSStyleDeclaration> = {
  position: 'fixed',
  insetBlockStart: '0',
  insetInlineStart: '0',
  inlineSize: '960px',
  blockSize: '600px',
  visibility: 'hidden',
  pointerEvents: 'none',
  contain: 'strict',
};

/**
 * Renders a meeting of two once, invisibly: the browser then has compiled the code and
 * loaded the styles and fonts before the first join, where rendering would otherwise
 * delay the first video frame. It uses a closed shadow tree outside of the body, so
 * that an app looking for elements of a view finds none, and is removed after a few
 * frames.
 */
export function prewarm(mount: (root: HTMLElement, model: MeetingModel, options: ViewOptions) => { unmount(): void }, i18n: Translator, options: ViewOptions): void {
  const container = document.createElement('div');
  container.inert = true;
  container.ariaHidden = 'true';
  Object.assign(container.style, offscreenStyle);
  const root = document.createElement('div');
  root.style.blockSize = '100%';
  container.attachShadow({ mode: 'closed' }).append(root);
  document.documentElement.append(container);
  const view = mount(root, staticModel(i18n), options);
  afterFrames(3, () => {
    view.unmount();
    container.remove();
  });
}

/** The measured sizes are known in the second frame, and what depends on them is drawn in the third. */
function afterFrames(count: number, then: () => void): void {
  requestAnimationFrame(() => (count > 1 ? afterFrames(count - 1, then) : then()));
}

/** A static meeting without working actions. */
function staticModel(i18n: Translator): MeetingModel {
  const actions = new Proxy({}, { get: () => () => undefined }) as MeetingActions;
  return { getState: () => meeting, subscribe: () => () => undefined, actions, i18n };
}

const [self, other] = [person(1, false), person(2, true)];
const meeting: MeetingState = {
  ...initialState,
  phase: 'inMeeting',
  self,
  participants: [self, other],
  session: {
    sessionId: '', meetingNumber: '', topic: '', hostUserId: null, kind: 'meeting', locked: false, startedAt: '', participants: 2, spotlights: [], ...defaultRules,
  },
};

function person(userId: number, videoOn: boolean): Participant {
  return {
    userId, videoOn, guid: '', userName: 'A', role: 'attendee', state: 'joined', muted: true, audioOn: false, sharing: false, handRaised: false, guest: false,
    view: 'component', mediaIdentity: '', joinedAt: '',
  };
}
