import type { MeetingModel } from '../../core/model';
import type { Store } from './store';
import type { Layout, UiState } from './ui-state';

/** Switches to a layout at the request of the user or the app. The gallery shows everybody alike, so it removes all pins. */
export function showLayout({ model, ui }: { model: MeetingModel; ui: Store<UiState> }, layout: Layout): void {
  const { layout: before, unminimized, panel } = ui.get();
  ui.set({ layout, unminimized: before === 'minimized' ? unminimized : before, panel: layout === 'minimized' ? null : panel });
  if (layout === 'gallery' && model.getState().pins.length > 0) model.actions.removeAllPins();
}
