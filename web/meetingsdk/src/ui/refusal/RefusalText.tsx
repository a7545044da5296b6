import { useEffect, useId, useRef, useState, type SyntheticEvent } from 'react';
import type { Failure } from '../../core/model';
import { refusalInfo } from '../logic/refusals';
import { IconButton } from '../primitives/IconButton';
import { TextWithCode } from '../primitives/TextWithCode';
import { useActions, useT, useView } from '../state/context';

/** Only http and https addresses become links; the text comes from the server. */
function safeLink(address: string | null): string | null {
  return address && /^https?:\/\//i.test(address) ? address : null;
}

/** What a refusal means to the person and what they can do; what is for developers is folded below, and for them only. */
export function RefusalText({ failure }: { failure: Failure }) {
  const t = useT();
  const { key } = refusalInfo(failure);
  const seconds = Math.ceil(failure.retryAfter ?? 0);
  return (
    <>
      <p className="ar-refusal__say">{t(`refused.${key}.say`)}</p>
      <p>{t(`refused.${key}.do`)}</p>
      {seconds > 0 ? <p>{t('refusal.retryAfter', { seconds, count: seconds })}</p> : null}
    </>
  );
}

/** By what the people who run the app or the server find this refusal again, and everything that they need to know. */
export function RefusalFacts({ failure }: { failure: Failure }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  const docs = safeLink(failure.docs);
  const attempt = failure.attemptId;
  const copy = () => {
    if (!attempt) return;
    navigator.clipboard?.writeText(attempt).then(() => setCopied(true), () => undefined);
  };
  return (
    <>
      <p className="ar-refusal__code">
        <span>{t('refusal.code')} <code>{failure.errorCode}</code></span>
        {attempt ? (
          <span>
            {t('refusal.attempt')} <code>{attempt}</code>
            <IconButton icon={copied ? 'check' : 'copy'} label={t(copied ? 'action.copied' : 'refusal.copy')} onClick={copy} />
          </span>
        ) : null}
      </p>
      {failure.forDevelopers ? (
        <details className="ar-refusal__more">
          <summary>{t('refusal.developers')}</summary>
          <p><code>{failure.name}</code> <code>{failure.cause}</code></p>
          <p lang="en" dir="ltr">{failure.errorMessage}</p>
          {failure.evidence ? (
            <>
              <h3>{t('refusal.cause')}</h3>
              <p lang="en" dir="ltr"><TextWithCode text={failure.evidence} /></p>
            </>
          ) : null}
          {failure.remedy ? (
            <>
              <h3>{t('refusal.remedy')}</h3>
              <p lang="en" dir="ltr"><TextWithCode text={failure.remedy} /></p>
            </>
          ) : null}
          {docs ? <p><a href={docs} target="_blank" rel="noopener noreferrer">{t('refusal.docs')}</a></p> : null}
        </details>
      ) : null}
    </>
  );
}

/** The passcode field of a refusal; the form's submit button is in another element. */
export function PasscodeField({ form, failure }: { form: string; failure: Failure }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const [passcode, setPasscode] = useState('');
  const id = useId();
  const busy = failure.retrying === true;
  const input = useRef<HTMLInputElement>(null);
  // Refused once more: what was typed is marked, ready to be typed over.
  useEffect(() => input.current?.select(), [failure.attemptId]);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (passcode && !busy) run(actions.joinAgain(passcode));
  };
  return (
    <form id={form} className="ar-refusal__form" onSubmit={submit}>
      <label className="ar-field" htmlFor={id}>
        <span className="ar-field__label">{t('refusal.passcode')}</span>
        <input
          id={id}
          ref={input}
          className="ar-input"
          data-autofocus
          required
          maxLength={32}
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          readOnly={busy}
          value={passcode}
          onChange={(event) => setPasscode(event.target.value)}
        />
      </label>
    </form>
  );
}
