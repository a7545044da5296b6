import { useEffect, useRef, useState } from 'react';
import { Icon } from '../icons/Icon';
import { useT } from '../state/context';
import { Button } from './Button';

/** Copies an invitation. Where the browser refuses, its text is there, selected, to be copied by hand. */
export function CopyInvitation({ text }: { text: string }) {
  const t = useT();
  const [outcome, setOutcome] = useState<'' | 'copied' | 'refused'>('');
  const field = useRef<HTMLTextAreaElement>(null);
  const refused = outcome === 'refused';

  useEffect(() => {
    if (!refused) return;
    field.current?.focus();
    field.current?.select();
  }, [refused]);

  const copy = () => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const written = clipboard ? clipboard.writeText(text) : Promise.reject(new Error('no clipboard'));
    written.then(
      () => setOutcome('copied'),
      () => {
        setOutcome('refused');
        field.current?.select();
      },
    );
  };

  return (
    <div className="ar-copy">
      <Button onClick={copy}>
        <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
        <span>{t(outcome === 'copied' ? 'action.copied' : 'info.copyInvitation')}</span>
      </Button>
      <p className="ar-copy__outcome" role="status">{outcome === 'copied' ? <span className="ar-hidden">{t('action.copied')}</span> : refused ? t('info.copyRefused') : ''}</p>
      {refused ? <textarea ref={field} className="ar-copy__text" readOnly rows={text.split('\n').length} value={text} aria-label={t('info.invitationField')} onFocus={(event) => event.currentTarget.select()} /> : null}
    </div>
  );
}
