import { memo } from 'react';
import { linkify, viaLinkPage } from '../logic/linkify';
import { useOption } from '../state/context';

/** The text of one message. React escapes it; only addresses become links. */
export const ChatText = memo(function ChatText({ text }: { text: string }) {
  const page = useOption('externalLinkPage');
  return (
    <p className="ar-message__text">
      {linkify(text).map((run, i) =>
        run.href ? (
          <a key={i} href={viaLinkPage(page, run.href, document.baseURI)} target="_blank" rel="noopener noreferrer nofollow ugc">{run.text}</a>
        ) : (
          <span key={i}>{run.text}</span>
        ),
      )}
    </p>
  );
});
