import { useState } from 'react';
import type { Failure } from '../../core/model';
import { Button } from '../parts/Button';
import { Dialog } from '../parts/Dialog';
import { IconButton } from '../parts/IconButton';
import { Prose } from '../parts/Prose';
import { useActions, useT } from '../state/context';

/** Only http and https addresses become links; the text comes from the server. */
function safeLink(address: string | null): string | null {
  return address && /^https?:\/\//i.test(address) ? address : null;
}

/** A join that was refused: what happened, what to do, and where to look further. */
export function RefusalDialog({ failure }: { failure: Failure }) {
  const t = useT();
  const actions = useActions();
  const [copied, setCopied] = useState(false);
  const docs = safeLink(failure.docs);
  const attempt = failure.attemptId;
  const seconds = Math.ceil(failure.retryAfter ?? 0);
  // Without evidence the cause is a word for machines; it stands with the code.
  const why = failure.evidence;
  const close = () => actions.dismissFailure();
  const copy = () => {
    if (!attempt) return;
    navigator.clipboard?.writeText(attempt).then(() => setCopied(true), () => undefined);
  };

  return (
    <Dialog
      alert
      wide
      title={t('refusal.title')}
      onClose={close}
      footer={
        <>
          {docs ? <a className="ar-button ar-button--plain" href={docs} target="_blank" rel="noopener noreferrer">{t('refusal.docs')}</a> : null}
          <Button tone="primary" data-autofocus onClick={close}>{t('refusal.close')}</Button>
        </>
      }
    >
      <p className="ar-refusal__message">{failure.errorMessage}</p>
      {why ? (
        <section className="ar-refusal__part">
          <h3>{t('refusal.cause')}</h3>
          <p><Prose text={why} /></p>
        </section>
      ) : null}
      {failure.remedy ? (
        <section className="ar-refusal__part">
          <h3>{t('refusal.remedy')}</h3>
          <p><Prose text={failure.remedy} /></p>
          {failure.retryable && failure.retryAfter ? <p>{t('refusal.retryAfter', { seconds, count: seconds })}</p> : null}
        </section>
      ) : null}
      <dl className="ar-refusal__facts">
        <div>
          <dt>{t('refusal.code')}</dt>
          <dd><code>{failure.errorCode}</code> <span>{failure.name}</span> {failure.cause ? <code>{failure.cause}</code> : null}</dd>
        </div>
        {attempt ? (
          <div>
            <dt>{t('refusal.attempt')}</dt>
            <dd>
              <code>{attempt}</code>
              <IconButton icon={copied ? 'check' : 'copy'} label={t(copied ? 'action.copied' : 'refusal.copy')} onClick={copy} />
            </dd>
          </div>
        ) : null}
      </dl>
    </Dialog>
  );
}
