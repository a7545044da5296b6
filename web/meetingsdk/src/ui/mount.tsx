import type { ComponentType } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { MeetingModel, MountedView, ViewOptions } from '../core/model';
import { App } from './App';
import { placeInRoot } from './client/root-placement';
import { isInMeeting } from './logic/phases';
import { createStore } from './state/store';
import { applyTheme, loadTheme } from './state/theme';
import { showLayout } from './state/layout';
import { watchViewPresence } from './state/presence';
import { firstLayout, firstUiState, uiAfterMeeting } from './state/ui-state';
import { installStyles } from './styles/install';

/** Mounts a view into an element of the host page, next to the page's own children. */
export function mountView(root: HTMLElement, model: MeetingModel, options: ViewOptions, View: ComponentType): MountedView {
  const document = root.ownerDocument;
  const view = document.defaultView ?? window;
  const removeStyles = installStyles(root);
  const host = document.createElement('div');
  host.className = `anteroom anteroom--${options.view}`;
  // The name by which apps know the widget.
  if (options.view === 'component' && !document.getElementById('ZoomEmbeddedApp')) host.id = 'ZoomEmbeddedApp';
  applyTheme(host, loadTheme());
  const app = document.createElement('div');
  app.className = 'ar-app';
  const layer = document.createElement('div');
  layer.className = 'ar-layer';
  host.append(app, layer);
  root.append(host);
  // Asked while the view is still empty: an element with a height of its own is filled. One that
  // only has a least height (`min-height`) gives what is inside none, and the view brings its own.
  if (options.view === 'component') host.classList.toggle('anteroom--fill', fillsContainer(host));
  const stopPlacing = options.view === 'client' ? placeInRoot(root, host) : () => undefined;

  const applyLanguage = () => {
    // In a right-to-left page the view is mirrored, whatever its language.
    host.dir = view.getComputedStyle(root).direction === 'rtl' ? 'rtl' : model.i18n.direction;
    host.lang = model.i18n.textLanguage;
  };
  applyLanguage();
  const stopLanguage = model.i18n.subscribe(applyLanguage);

  const ui = createStore(firstUiState(options));
  // What belongs to the meeting goes with it, before anything of it is drawn once more.
  let inside = isInMeeting(model.getState());
  const stopReset = model.subscribe(() => {
    const was = inside;
    const state = model.getState();
    inside = isInMeeting(state);
    if (was && !inside) ui.set(uiAfterMeeting(ui.get(), state.phase === 'waitingRoom'));
  });
  const stopWatching = watchViewPresence(host, options.view, model);
  const react = createRoot(app, { identifierPrefix: 'anteroom-' });
  let resolveFirstRender: () => void = () => undefined;
  const firstRender = new Promise<void>((resolve) => (resolveFirstRender = resolve));
  react.render(<App model={model} ui={ui} host={host} layer={layer} View={View} onRendered={resolveFirstRender} />);

  let mounted = true;
  return {
    rendered: async () => {
      await firstRender;
      // What the state changed since is drawn now, not when React gets to it.
      if (mounted) flushSync(() => undefined);
    },
    update(change) {
      const options = { ...ui.get().options, ...change };
      ui.set({ options });
      if (change.hideShareAudioOption !== undefined) ui.set({ shareSound: !change.hideShareAudioOption });
      // Another `init` before the next meeting; in a meeting the person has chosen since.
      if (change.defaultView !== undefined && !isInMeeting(model.getState())) showLayout({ model, ui }, firstLayout(options));
    },
    setLayout: (defaultView) => showLayout({ model, ui }, firstLayout({ ...ui.get().options, defaultView })),
    unmount() {
      if (!mounted) return;
      mounted = false;
      resolveFirstRender();
      stopLanguage();
      stopReset();
      stopWatching();
      stopPlacing();
      react.unmount();
      host.remove();
      removeStyles();
    },
  };
}

/** Whether a share of the height of what the host is in means anything there, and is enough for a view. */
function fillsContainer(host: HTMLElement): boolean {
  host.style.blockSize = '100%';
  const filled = host.clientHeight >= 240;
  host.style.blockSize = '';
  return filled;
}
