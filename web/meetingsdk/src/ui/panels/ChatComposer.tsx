import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import type { MeetingState } from '../../core/model';
import { Icon } from '../icons/Icon';
import { CHAT_LIMIT } from '../logic/chat';
import { findParticipant, listOrder, waitingOrder } from '../logic/order';
import { canChatWith, canManage, chatReach } from '../logic/permissions';
import { IconButton } from '../primitives/IconButton';
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
  const text = useUi((state) => state.chatDraft);
  const setText = (chatDraft: string) => ui.set({ chatDraft });
  // The name of who has left since.
  const known = useMeeting((state) => nameIn(state, chosen));
  const input = useRef<HTMLTextAreaElement>(null);

  const reach = chatReach(self, session);
  const receivers = people.filter((person) => canChatWith(self, person, session));
  const everyone = reach === 'everyone';
  const groups: ('hosts' | 'waitingRoom')[] = [];
  if (receivers.some(canManage)) groups.push('hosts');
  if (canManage(self) && waiting > 0) groups.push('waitingRoom');
  // A message for a participant who has left never goes to everyone.
  const here = typeof chosen === 'number' ? receivers.some((person) => person.userId === chosen) : chosen === null || groups.includes(chosen);
  const isPrivateMessage = typeof chosen === 'number' && here;
  const to = chosen ?? (everyone ? 'everyone' : 'hosts');
  const present = people.some((person) => person.userId === chosen);
  const open = everyone || groups.includes('hosts');

  useLayoutEffect(() => {
    const element = input.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, 132)}px`;
  }, [text]);

  if (!open) return <p className="ar-composer ar-composer--closed">{t(reach === 'hosts' ? 'chat.noHost' : 'chat.off')}</p>;

  const send = () => {
    const message = text.trim();
    if (!message || !here) return;
    setText('');
    // A message that was refused goes back into the input, so that nobody types it twice.
    run(actions.sendChat(message, to).catch((error: unknown) => {
      if (!ui.get().chatDraft) setText(message);
      throw error;
    }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  const placeholder = isPrivateMessage ? t('chat.placeholderPrivate', { name: known }) : t('chat.placeholder');
  const gone = chosen === 'waitingRoom' ? t('chat.nobodyWaits') : chosen === 'hosts' ? t('chat.noHostHere') : present ? t('chat.hostsOnly', { name: known }) : t('chat.goneText', { name: known || t('chat.somebody') });

  return (
    <div className="ar-composer">
      <label className="ar-composer__to">
        <span>{t('chat.to')}</span>
        <select value={to} onChange={(event) => ui.set({ chatTo: receiverOf(event.target.value) })}>
          {everyone ? <option value="everyone">{t('chat.everyone')}</option> : null}
          {groups.map((group) => <option key={group} value={group}>{t(`chat.${group}`)}</option>)}
          {here ? null : <option value={to} disabled>{typeof chosen === 'string' ? t(`chat.${chosen}`) : known || t('chat.gone')}</option>}
          {receivers.map((person) => <option key={person.userId} value={person.userId}>{person.userName}</option>)}
        </select>
        {isPrivateMessage ? <span className="ar-composer__private"><Icon name="lock" />{t('chat.privately')}</span> : null}
      </label>
      <p className="ar-composer__gone" role="status">{here ? '' : gone}</p>
      <div className={`ar-composer__row${isPrivateMessage ? ' ar-composer__row--private' : ''}`}>
        <textarea
          ref={input}
          data-autofocus
          rows={1}
          value={text}
          maxLength={CHAT_LIMIT}
          placeholder={placeholder}
          aria-label={placeholder}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <IconButton icon="send" label={t('chat.send')} className="ar-composer__send" disabled={!text.trim() || !here} onClick={send} />
      </div>
    </div>
  );
}

/** The name of a receiver, of those who are gone as the messages have it. */
function nameIn(state: MeetingState, userId: number | string | null): string {
  if (typeof userId !== 'number') return '';
  const here = findParticipant(state.participants, userId);
  if (here) return here.userName;
  for (const { sender, receiver } of state.chat) {
    if (sender.userId === userId) return sender.name;
    if (receiver?.userId === userId) return receiver.name;
  }
  return '';
}

function receiverOf(value: string): number | 'hosts' | 'waitingRoom' | null {
  if (value === 'hosts' || value === 'waitingRoom') return value;
  return value === 'everyone' ? null : Number(value);
}
