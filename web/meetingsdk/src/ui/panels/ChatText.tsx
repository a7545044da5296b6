import { memo } from 'react';
import { linkify } from '../logic/linkify';

/** The words of one message. React escapes them; only addresses become links. */
export const ChatText = memo(function ChatText({ text }: { text: string }) {
  return (
    <p className="ar-message__text">
      {linkify(text).map((run, i) =>
        run.href ? (
          <a key={i} href={run.href} target="_blank" rel="noopener noreferrer nofollow ugc">{run.text}</a>
        ) : (
          <span key={i}>{run.text}</span>
        ),
      )}
    </p>
  );
});
