import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { groupChat, isPrivate } from '../logic/chat';
import { findParticipant } from '../logic/order';
import { canChatWith, canManage } from '../logic/permissions';
import { Button } from '../primitives/Button';
import { useElementSize } from '../primitives/useElementSize';
import { useActions, useMeeting, useSelf, useT } from '../state/context';
import { ChatComposer } from './ChatComposer';
import { ChatGroupView } from './ChatGroupView';
import { Panel } from './Panel';

/** The conversation. It follows new messages unless the reader has scrolled up. */
export function ChatPanel() {
  const t = useT();
  const actions = useActions();
  const chat = useMeeting((state) => state.chat);
  const unread = useMeeting((state) => state.unreadChat);
  const selfId = useMeeting((state) => state.self?.userId);
  const self = useSelf();
  const manages = canManage(self);
  const session = useMeeting((state) => state.session);
  const participants = useMeeting((state) => state.participants);
  const answerable = (userId: number) => {
    const person = findParticipant(participants, userId);
    return person !== undefined && canChatWith(self, person, session);
  };
  const groups = useMemo(() => groupChat(chat), [chat]);
  const log = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const { height } = useElementSize(log);

  useLayoutEffect(() => {
    if (atEnd && log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [chat, atEnd, height]);

  useEffect(() => {
    if (atEnd && unread > 0) actions.markChatRead();
  }, [actions, atEnd, unread]);

  const onScroll = () => {
    const element = log.current;
    if (element) setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < 40);
  };

  return (
    <Panel title={t('chat.short')} className="ar-panel--chat chat-container">
      <div className="ar-chat">
        <div ref={log} className="ar-panel__scroll ar-chat__log" role="log" aria-label={t('chat.log')} tabIndex={0} onScroll={onScroll}>
          {groups.length === 0 ? <p className="ar-panel__empty">{t('chat.empty')}</p> : null}
          {groups.map((group) => <ChatGroupView key={group.key} group={group} own={group.sender.userId === selfId} deletable={manages || group.sender.userId === selfId} answerable={isPrivate(group) && answerable(group.sender.userId)} />)}
        </div>
        {!atEnd && unread > 0 ? <Button tone="primary" className="ar-chat__new" onClick={() => setAtEnd(true)}>{t('chat.newMessages', { count: unread })}</Button> : null}
      </div>
      <ChatComposer />
    </Panel>
  );
}
