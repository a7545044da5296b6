import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { CHAT_LIMIT } from '../logic/chat';
import { listOrder } from '../logic/order';
import { canChatWith, chatReach } from '../logic/permissions';
import { IconButton } from '../parts/IconButton';
import { useActions, useMeeting, useSelf, useT, useUi, useView } from '../state/context';

/** Writes to everyone or to one person. Enter sends, Shift+Enter starts a new line. */
export function ChatComposer() {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  const self = useSelf();
  const session = useMeeting((state) => state.session);
  const people = useMeeting(listOrder);
  const chosen = useUi((state) => state.chatTo);
  const [text, setText] = useState('');
  const input = useRef<HTMLTextAreaElement>(null);

  const reach = chatReach(self, session);
  const receivers = people.filter((person) => canChatWith(self, person, session));
  const everyone = reach === 'everyone';
  const found = receivers.find((person) => person.userId === chosen);
  // What was meant for one person never goes to everyone because that person left.
  const gone = chosen !== null && !found;
  const receiver = found ?? (everyone ? undefined : receivers[0]);
  const open = everyone || receiver !== undefined;

  useLayoutEffect(() => {
    const element = input.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, 132)}px`;
  }, [text]);

  if (!open) return <p className="ar-composer ar-composer--closed">{t(reach === 'hosts' ? 'chat.noHost' : 'chat.off')}</p>;

  const send = () => {
    const words = text.trim();
    if (!words || gone) return;
    setText('');
    // A message that was refused goes back into the input, so that nobody types it twice.
    run(actions.sendChat(words, receiver?.userId).catch((error: unknown) => {
      setText((now) => now || words);
      throw error;
    }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <div className="ar-composer">
      <label className="ar-composer__to">
        <span>{t('chat.to')}</span>
        <select value={gone ? chosen : (receiver?.userId ?? '')} onChange={(event) => ui.set({ chatTo: event.target.value ? Number(event.target.value) : null })}>
          {everyone ? <option value="">{t('chat.everyone')}</option> : null}
          {gone ? <option value={chosen} disabled>{t('chat.gone')}</option> : null}
          {receivers.map((person) => <option key={person.userId} value={person.userId}>{person.userName}</option>)}
        </select>
      </label>
      <div className="ar-composer__row">
        <textarea
          ref={input}
          data-autofocus
          rows={1}
          value={text}
          maxLength={CHAT_LIMIT}
          placeholder={t('chat.placeholder')}
          aria-label={t('chat.placeholder')}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <IconButton icon="send" label={t('chat.send')} className="ar-composer__send" disabled={!text.trim() || gone} onClick={send} />
      </div>
    </div>
  );
}
