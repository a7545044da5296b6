import { useEffect, useState } from 'react';
import { Button } from '../parts/Button';
import { useActions, useT, useView } from '../state/context';
import { StatusPage } from './StatusPage';

/** A join that takes less is not worth a page: it would only flash, and draw while the media connect. */
const shownAfter = 250;

/** While the server decides. */
export function JoiningPage() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), shownAfter);
    return () => clearTimeout(timer);
  }, []);
  return shown ? <Joining /> : null;
}

function Joining() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  return <StatusPage title={t('joining.title')} busy actions={<Button onClick={() => run(actions.leave())}>{t('action.cancel')}</Button>} />;
}
