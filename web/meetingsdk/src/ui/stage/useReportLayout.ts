import { useEffect } from 'react';
import type { VideoLayout } from '../../core/model';
import { useActions } from '../state/context';

/** Reports to the core whom the stage shows, for apps that follow the order; nothing as long as `view` is null. */
export function useReportLayout(view: VideoLayout['view'] | null, main: readonly number[], others: readonly number[]): void {
  const actions = useActions();
  const key = `${view}/${main.join()}/${others.join()}`;
  useEffect(() => {
    if (view) actions.reportLayout({ view, main, others });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the lists, which are new each time
  }, [actions, key]);
}
