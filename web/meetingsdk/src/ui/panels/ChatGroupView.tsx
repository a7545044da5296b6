import { memo } from 'react';
import type { ChatGroup } from '../logic/chat';
import { clockTime } from '../logic/format';
import { useView } from '../state/context';
import { ChatText } from './ChatText';

/** What one person wrote in one go. */
export const ChatGroupView = memo(function ChatGroupView({ group, own }: { group: ChatGroup; own: boolean }) {
  const { t, language } = useView();
  const to = group.receiver;
  const direct = to ? (own ? t('chat.directTo', { name: to.name }) : t('chat.directToYou')) : '';
  return (
    <div className={`ar-message${own ? ' ar-message--own' : ''}`}>
      <div className="ar-message__head">
        <span className="ar-message__name">{own ? t('chat.you') : group.sender.name}</span>
        {direct ? <span className="ar-message__direct">{direct}</span> : null}
        <time dateTime={group.sentAt}>{clockTime(group.sentAt, language)}</time>
      </div>
      {group.messages.map((message) => <ChatText key={message.id} text={message.text} />)}
    </div>
  );
});
