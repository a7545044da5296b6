/**
 * Shows the views with a made-up meeting, for looking at them while working on
 * them. Addresses: ?view=client|component &tiles=N &state=… &theme=light|dark
 * &pins=N &spotlights=N &panel=participants|chat &layout=… &width=N &height=N &sizes=JSON (component) &dir=rtl &lang=… &role=…
 */
import { defaultOptions } from '../src/core/create-meeting';
import { videoOptionsOf } from '../src/component-view/options';
import type { ViewOptions } from '../src/core/model';
import { mountClientView, mountComponentView } from '../src/ui/index';
import { loadLazyParts } from '../src/ui/lazy/load';
import { fakeModel } from './fake-model';

const query = new URLSearchParams(location.search);
const get = (name: string, otherwise: string) => query.get(name) ?? otherwise;

const theme = query.get('theme');
if (theme) document.documentElement.dataset['theme'] = theme;

document.documentElement.dir = get('dir', 'ltr');

const view = get('view', 'client') === 'component' ? 'component' : 'client';
const options: ViewOptions = {
  ...defaultOptions(view),
  defaultView: get('layout', 'gallery') as ViewOptions['defaultView'],
  showMeetingHeader: get('header', '1') === '1',
  isSupportAV: true,
  isSupportChat: true,
  screenShare: true,
  disableInvite: false,
  videoDrag: true,
  videoHeader: true,
  showJoiningErrorDialog: true,
  disablePreview: false,
  meetingInfo: ['topic', 'host', 'mn', 'pwd', 'telPwd', 'invite', 'participant', 'dc', 'enctype'],
  maximumVideosInGalleryView: 25,
  customize: {
    video: { isResizable: true, ...videoOptionsOf('init', query.has('sizes') ? { viewSizes: JSON.parse(get('sizes', '{}')) as unknown } : {}), ...(query.has('size') ? { viewSizes: { default: { width: Number(query.get('size')), height: 360 } } } : {}) },
    toolbar: { buttons: [{ text: 'Report a problem', onClick: () => undefined }] },
    ...(query.has('popper') ? { chat: { popper: { placement: 'right-start' } }, participants: { popper: { placement: 'right-start' } } } : {}),
  },
};

const model = fakeModel({
  tiles: Number(get('tiles', '5')),
  state: get('state', 'inMeeting'),
  role: get('role', 'host'),
  pins: Number(get('pins', '0')),
  spotlights: Number(get('spotlights', '0')),
  language: get('lang', 'en-US'),
  view,
});

const root = document.getElementById(view === 'client' ? 'zmmtg-root' : 'meetingSDKElement') as HTMLElement;
if (view === 'component') {
  (document.getElementById('app') as HTMLElement).hidden = false;
  root.style.width = query.has('width') ? `${query.get('width') ?? ''}px` : '';
  root.style.maxWidth = '100%';
  root.style.height = query.has('height') ? `${query.get('height') ?? ''}px` : '';
}
const mounted = view === 'client' ? mountClientView(root, model, options) : mountComponentView(root, model, options);
(window as unknown as Record<string, unknown>)['preview'] = { model, mounted };

await loadLazyParts();
const panel = query.get('panel');
const frame = () => new Promise(requestAnimationFrame);
await frame();
await frame();
if (panel) {
  const selector = panel === 'chat' ? '.footer-chat-button' : '.footer-participants-button__toggle-button';
  // A busy machine draws the toolbar later; a narrow one has the button in a menu.
  for (let frames = 0; frames < 60 && !document.querySelector(selector); frames++) await frame();
  document.querySelector<HTMLElement>(selector)?.click();
  await frame();
  await frame();
}
// Whoever looks at the page by a script waits for this.
document.documentElement.dataset['shown'] = '';
