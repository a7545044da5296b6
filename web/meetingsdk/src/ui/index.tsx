/**
 * The views' chunk: everything with React in it. The core loads it when a view
 * is first needed and calls its functions (`UserInterface`).
 */

import type { MeetingModel, MountedView, Translator, UserInterface, ViewOptions } from '../core/model';
import { ClientView } from './client/ClientView';
import { ComponentView } from './component/ComponentView';
import { mountView } from './mount';
import { prewarm } from './prewarm';

export { enUS } from './i18n/en-US';
export { loadDictionary } from './i18n/languages';

/** Mounts the full-page view into `#zmmtg-root`. */
export function mountClientView(root: HTMLElement, model: MeetingModel, options: ViewOptions): MountedView {
  return mountView(root, model, { ...options, view: 'client' }, ClientView);
}

/** Mounts the widget into the app's own element (`zoomAppRoot`). */
export function mountComponentView(root: HTMLElement, model: MeetingModel, options: ViewOptions): MountedView {
  return mountView(root, model, { ...options, view: 'component' }, ComponentView);
}

/** Renders a view once in the background; call it once, while the page is idle. */
export function prewarmView(i18n: Translator, options: ViewOptions): void {
  prewarm(options.view === 'client' ? mountClientView : mountComponentView, i18n, options);
}

// Keeps this file true to what the core expects of it.
({ mountClientView, mountComponentView, prewarmView }) satisfies UserInterface;
