import { memo } from 'react';
import { groupIds } from '../../core/model';
import type { ChatGroup } from '../logic/chat';
import { clockTime } from '../logic/format';
import { IconButton } from '../parts/IconButton';
import { useView } from '../state/context';
import { ChatText } from './ChatText';

/** What one person wrote in one go. Whoever may take a message back has a button for it. */
export const ChatGroupView = memo(function ChatGroupView({ group, own, deletable }: { group: ChatGroup; own: boolean; deletable: boolean }) {
  const { t, language, model, run } = useView();
  const to = group.receiver;
  const direct = addressOf();
  return (
    <div className={`ar-message${own ? ' ar-message--own' : ''}`}>
      <div className="ar-message__head">
        <span className="ar-message__name">{own ? t('chat.you') : group.sender.name}</span>
        {direct ? <span className="ar-message__direct">{direct}</span> : null}
        <time dateTime={group.sentAt}>{clockTime(group.sentAt, language)}</time>
      </div>
      {group.messages.map((message) => (
        <div key={message.id} className="ar-message__line">
          <ChatText text={message.text} />
          {deletable ? <IconButton icon="bin" label={t('chat.delete')} className="ar-message__delete" onClick={() => run(model.actions.deleteChat(message.id))} /> : null}
        </div>
      ))}
    </div>
  );

  function addressOf(): string {
    if (!to) return '';
    if (to.userId === groupIds.hosts) return t('chat.directTo', { name: t('chat.hosts') });
    if (to.userId === groupIds.waitingRoom) return t('chat.directTo', { name: t('chat.waitingRoom') });
    return own ? t('chat.directTo', { name: to.name }) : t('chat.directToYou');
  }
});
