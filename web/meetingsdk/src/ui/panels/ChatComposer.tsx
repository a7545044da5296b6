import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { CHAT_LIMIT } from '../logic/chat';
import { listOrder, waitingOrder } from '../logic/order';
import { canChatWith, canManage, chatReach } from '../logic/permissions';
import { IconButton } from '../parts/IconButton';
import { useActions, useMeeting, useSelf, useT, useUi, useView } from '../state/context';

/** Writes to everyone, to a group or to one person. Enter sends, Shift+Enter starts a new line. */
export function ChatComposer() {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  const self = useSelf();
  const session = useMeeting((state) => state.session);
  const people = useMeeting(listOrder);
  const waiting = useMeeting(waitingOrder).length;
  const chosen = useUi((state) => state.chatTo);
  const [text, setText] = useState('');
  const input = useRef<HTMLTextAreaElement>(null);

  const reach = chatReach(self, session);
  const receivers = people.filter((person) => canChatWith(self, person, session));
  const everyone = reach === 'everyone';
  const groups: ('hosts' | 'waitingRoom')[] = [];
  if (receivers.some(canManage)) groups.push('hosts');
  if (canManage(self) && waiting > 0) groups.push('waitingRoom');
  // What was meant for somebody never goes to everyone because they left.
  const here = typeof chosen === 'number' ? receivers.some((person) => person.userId === chosen) : chosen === null || groups.includes(chosen);
  const to = chosen ?? (everyone ? 'everyone' : 'hosts');
  const open = everyone || groups.includes('hosts');

  useLayoutEffect(() => {
    const element = input.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, 132)}px`;
  }, [text]);

  if (!open) return <p className="ar-composer ar-composer--closed">{t(reach === 'hosts' ? 'chat.noHost' : 'chat.off')}</p>;

  const send = () => {
    const words = text.trim();
    if (!words || !here) return;
    setText('');
    // A message that was refused goes back into the input, so that nobody types it twice.
    run(actions.sendChat(words, to).catch((error: unknown) => {
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
        <select value={to} onChange={(event) => ui.set({ chatTo: receiverOf(event.target.value) })}>
          {everyone ? <option value="everyone">{t('chat.everyone')}</option> : null}
          {groups.map((group) => <option key={group} value={group}>{t(`chat.${group}`)}</option>)}
          {here ? null : <option value={to} disabled>{t('chat.gone')}</option>}
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
        <IconButton icon="send" label={t('chat.send')} className="ar-composer__send" disabled={!text.trim() || !here} onClick={send} />
      </div>
    </div>
  );
}

function receiverOf(value: string): number | 'hosts' | 'waitingRoom' | null {
  if (value === 'hosts' || value === 'waitingRoom') return value;
  return value === 'everyone' ? null : Number(value);
}
