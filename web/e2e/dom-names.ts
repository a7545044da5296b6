/** Where a name of the page can be found. */
export type Place = 'script' | 'client' | 'client-preview' | 'client-refused' | 'client-refused-finally' | 'client-waiting-host' | 'client-waiting-room' | 'client-gallery' | 'client-share' | 'client-audio' | 'client-two' | 'component' | 'component-camera' | 'component-gallery' | 'component-share' | 'component-menu';

const places: Record<Place, string> = {
  script: 'Client View, right after the script ran',
  client: 'Client View, in a meeting',
  'client-preview': 'Client View, before joining',
  'client-refused': 'Client View, the dialog of a refused join',
  'client-refused-finally': 'Client View, the dialog of a refused join that cannot be tried again there',
  'client-waiting-host': 'Client View, waiting for the host',
  'client-waiting-room': 'Client View, in the waiting room',
  'client-gallery': 'Client View, the gallery with several pages',
  'client-share': 'Client View, while somebody else shares',
  'client-audio': 'Client View, with microphone and camera on',
  'client-two': 'Client View, while sharing oneself',
  component: 'Component View, in a meeting',
  'component-camera': 'Component View, with the camera on',
  'component-gallery': 'Component View, the gallery',
  'component-share': 'Component View, while somebody else shares',
  'component-menu': "Component View, the host's open Leave menu",
};

/** Names of the page that apps and bots look for, as CSS selectors, by where they are. */
export const found: Record<Place, readonly string[]> = {
  script: ['#zmmtg-root', '#aria-notify-area'],
  client: [
    '#meeting-app', '#wc-container', '#wc-content', '#wc-footer', '#notificationManager', '.meeting-info-container__wrapper', '.meeting-info-icon__icon-wrap', '.send-video-container__btn',
    '.join-audio-by-voip__join-btn', '.leave-btn', '.footer__leave-btn', '.footer-button-base__button', '.footer-participants-button__toggle-button', '.speaker-active-container__video-frame',
    '.single-main-container__main-view', '.footer-button__number-counter', 'button[aria-label="More meeting control "]', 'div[aria-label="More meeting control "]', '[aria-label="start my video"]', '[aria-label="Share Screen"]',
  ],
  'client-preview': ['#pc-join', '.zm-btn--primary', '[aria-label="mute my microphone"]', '[aria-label="stop my video"]'],
  'client-refused': ['.zm-modal', '.zm-modal-legacy', '.ReactModal__Content', '.zm-modal-body-title', '.zm-modal-body-content .content', '.zm-modal-footer-default', '.zm-modal-footer-default .zm-btn.zm-btn--primary'],
  'client-refused-finally': ['.zm-modal button:text-is("OK")'],
  'client-waiting-host': ['text=/host to start the meeting/', '.leave-btn'],
  'client-waiting-room': ['.leave-btn'],
  'client-gallery': ['.gallery-video-container__main-view'],
  'client-share': ['.video-share-layout', '.sharee-container__viewport', 'video[aria-label="Screen share"]'],
  'client-audio': ['[aria-label="mute my microphone"]', '[aria-label="stop my video"]', 'video-player', 'video-player[node-id]'],
  'client-two': ['.sharer-button--stop', '.video-share-layout'],
  component: [
    '#ZoomEmbeddedApp', '[role=region][aria-label="Zoom Web SDK Widget"]', '[aria-label="Zoom app container"]', '.zoom-MuiToolbar-root', '.zoom-MuiButton-root', '.zoom-MuiBox-root', '.react-resizable',
    'button[title=Leave]', 'button[title="Gallery View"]',
  ],
  'component-camera': ['video-player-container', 'video-player-container[node-id]'],
  'component-gallery': ['[id^=suspension-view-tabpanel-gallery]'],
  'component-share': ['video[aria-label="Screen share"]'],
  'component-menu': ['.zoom-MuiPopper-root', 'text="Leave Meeting"', 'text="End Meeting for All"'],
};

/** Names that are found where a test of another file looks, or only in some layouts. */
export const elsewhere: Record<string, string> = {
  '[aria-label="unmute my microphone"]': 'both views, while the own microphone is muted',
  '.gallery-video-container__switch-button': 'both views, the gallery with more than one page',
  '.react-draggable': 'Component View, a widget that does not fill its element',
  '#meetingSDKElement': "the app's own element; Component View draws into it",
  'sessionStorage zmmtg-root__username, zmmtg-root__useremail': 'Client View, written by `join`',
  'cookie _zm_lang': 'Client View, read when the script runs; written when a language of the contract is chosen',
};

/** Names without an equivalent, and why. */
export const absent: Record<string, string> = {
  '#zmmtg-root-helper': 'there is no helper page',
  '[aria-label="Captions"]': 'speech is not transcribed',
  '"Your caption settings grouping Show Captions"': 'speech is not transcribed',
  '"Host controls grouping My Caption Language"': 'speech is not transcribed',
  '.transcription-list [aria-checked], input.transcription-language__input': 'speech is not transcribed',
  '[aria-label="Stop Incoming Video"]': 'incoming pictures stop by themselves where they are not visible; there is no switch',
  '.login-btn-zoom': 'nobody logs in on the page of a meeting',
  '#video-pip-container': "the browser's own window shows the floating picture, no element of the page does",
  'canvas[aria-label="Screen share"]': 'a shared screen is a `video` element with that name',
  'Redux store with the key meeting': 'there is no Redux store; use the events and functions of the SDK',
  'a captcha': 'nobody is asked for one',
};

/** The page of the documents. */
export function domNamesPage(): string {
  const cell = (name: string) => `\`${name.replaceAll('|', '\\|')}\``;
  const table = (head: string, rows: [string, string][]) => [`| Name | ${head} |`, '|---|---|', ...rows.map(([name, text]) => `| ${cell(name)} | ${text} |`)];
  const here = Object.entries(found).flatMap(([place, names]) => names.map((name): [string, string] => [name, places[place as Place]]));
  return `${[
    '# Names of the page', '',
    'Some apps and bots find parts of the meeting page by id, class name or label. These names',
    'are not part of the contract, but most of them work here too. Prefer events and functions',
    'of the SDK where you can: labels change with the language of the view.', '',
    'This page is generated from `web/e2e/dom-names.ts`. Browser tests check that each name in the first',
    'table is found in the place given there. To update the page, run `tests/dom-names.spec.ts` in `web/e2e`',
    'with `UPDATE_DOCS=1`.', '',
    '## Supported', '', ...table('Where', [...here, ...Object.entries(elsewhere)]), '',
    '## Not supported', '', ...table('Why', Object.entries(absent)),
  ].join('\n')}\n`;
}
