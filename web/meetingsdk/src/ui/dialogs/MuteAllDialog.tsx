import { useState } from 'react';
import { Button } from '../primitives/Button';
import { Dialog } from '../primitives/Dialog';
import { useActions, useMeeting, useT, useView } from '../state/context';

/** Mutes everybody, and sets whether they may unmute themselves. */
export function MuteAllDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const [allowed, setAllowed] = useState(useMeeting((state) => state.session?.unmuteAllowed ?? true));
  return (
    <Dialog
      title={t('muteAll.title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button tone="primary" data-autofocus onClick={() => { onClose(); run(actions.muteAll(true, allowed)); }}>{t('host.muteAll')}</Button>
        </>
      }
    >
      <p>{t('muteAll.text')}</p>
      <label className="ar-check">
        <input type="checkbox" checked={allowed} onChange={(event) => setAllowed(event.target.checked)} />
        <span>{t('muteAll.allow')}</span>
      </label>
    </Dialog>
  );
}
