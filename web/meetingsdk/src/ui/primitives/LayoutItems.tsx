import type { IconName } from '../icons/paths';
import { useT, useUi, useView } from '../state/context';
import { showLayout } from '../state/layout';
import type { Layout } from '../state/ui-state';
import { MenuItem } from './MenuItem';

/** The layouts a person can choose, in each view. */
export const LAYOUTS: Readonly<Record<'client' | 'component', readonly { layout: Layout & ('speaker' | 'gallery' | 'ribbon'); icon: IconName }[]>> = {
  client: [{ layout: 'speaker', icon: 'speaker' }, { layout: 'gallery', icon: 'gallery' }],
  component: [{ layout: 'speaker', icon: 'speaker' }, { layout: 'gallery', icon: 'gallery' }, { layout: 'ribbon', icon: 'ribbon' }],
};

/** The layouts as entries of a menu. */
export function LayoutItems({ onDone }: { onDone: () => void }) {
  const t = useT();
  const view = useView();
  const layout = useUi((state) => state.layout);
  return LAYOUTS[view.ui.get().options.view].map((choice) => (
    <MenuItem
      key={choice.layout}
      label={t(`view.${choice.layout}`)}
      checked={layout === choice.layout}
      onSelect={() => {
        onDone();
        showLayout(view, choice.layout);
      }}
    />
  ));
}
