import { Button } from '../primitives/Button';
import { useActions, useT, useView } from '../state/context';
import { StatusPage } from './StatusPage';

/** While the server decides. */
export function JoiningPage() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  return <StatusPage title={t('joining.title')} busy actions={<Button onClick={() => run(actions.leave())}>{t('action.cancel')}</Button>} />;
}
