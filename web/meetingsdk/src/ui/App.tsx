import { useCallback, useLayoutEffect, useMemo, useSyncExternalStore, type ComponentType } from 'react';
import type { MeetingModel } from '../core/model';
import { Announcer } from './dialogs/Announcer';
import { Dialogs } from './dialogs/Dialogs';
import { Notices } from './dialogs/Notices';
import { isInMeeting } from './logic/phases';
import { Shortcuts } from './toolbar/Shortcuts';
import { Context, type ViewContext } from './state/context';
import type { Store } from './state/store';
import { addNotice, type UiState } from './state/ui-state';

interface AppProps {
  model: MeetingModel;
  ui: Store<UiState>;
  /** The element around the view; it has the text direction. */
  host: HTMLElement;
  layer: HTMLElement;
  View: ComponentType;
  /** The view is in the document for the first time. */
  onRendered: () => void;
}

/** The text of a failed command. */
function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { errorMessage, reason, message } = error as Record<string, unknown>;
  return [errorMessage, reason, message].find((text): text is string => typeof text === 'string' && text !== '') ?? '';
}

/** Gives a view its context, and draws what both views share over it. */
export function App({ model, ui, host, layer, View, onRendered }: AppProps) {
  const { i18n } = model;
  // Words may come between the first drawing and the subscription: none are missed.
  const version = useSyncExternalStore(useCallback((listener: () => void) => i18n.subscribe(listener), [i18n]), () => i18n.version);
  useLayoutEffect(onRendered, [onRendered]);

  const context = useMemo<ViewContext>(
    () => ({
      model,
      ui,
      // A new function for each dictionary, so that memoised components update their texts.
      t: (key, values) => i18n.t(key, values),
      language: i18n.language,
      rtl: host.dir === 'rtl',
      layer: () => layer,
      run(command) {
        const inside = isInMeeting(model.getState());
        const known = new Set(model.getState().notices.map((notice) => notice.id));
        command.catch((error: unknown) => {
          // Commands interrupted by the end of the meeting need no notice.
          if (inside && !isInMeeting(model.getState())) return;
          // The core has better notices for some refusals, such as a blocked microphone; one is enough.
          if (model.getState().notices.some((notice) => notice.level === 'error' && !known.has(notice.id))) return;
          const reason = errorText(error);
          addNotice(ui, { level: 'error', key: reason ? 'notice.refused' : 'notice.failed', values: { reason } });
        });
      },
    }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `version` stands for the dictionary
    [model, ui, i18n, host, layer, version],
  );

  return (
    <Context value={context}>
      <View />
      <Shortcuts />
      {ui.get().options.view === 'client' ? <Notices /> : null}
      <Announcer />
      <Dialogs />
    </Context>
  );
}
