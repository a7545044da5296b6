import { memo } from 'react';
import { Icon } from '../icons/Icon';
import { addressOf, isPrivate, type ChatGroup } from '../logic/chat';
import { clockTime } from '../logic/format';
import { IconButton } from '../primitives/IconButton';
import { useView } from '../state/context';
import { ChatText } from './ChatText';

interface ChatGroupViewProps {
  group: ChatGroup;
  own: boolean;
  deletable: boolean;
  /** Whether its sender can be written to now. */
  answerable: boolean;
}

/** What one person wrote in one go. Whoever may take a message back has a button for it. */
export const ChatGroupView = memo(function ChatGroupView({ group, own, deletable, answerable }: ChatGroupViewProps) {
  const { t, language, model, ui, run } = useView();
  const address = addressOf(group, own, t);
  const secret = isPrivate(group);
  return (
    <div className={`ar-message${own ? ' ar-message--own' : ''}${secret ? ' ar-message--private' : ''}`}>
      <div className="ar-message__head">
        <span className="ar-message__name">{own ? t('chat.you') : group.sender.name}</span>
        {address ? <span className="ar-message__direct">{secret ? <Icon name="lock" /> : null}{address}</span> : null}
        <time dateTime={group.sentAt}>{clockTime(group.sentAt, language)}</time>
        {secret && !own && answerable ? <button type="button" className="ar-message__reply" onClick={() => ui.set({ chatTo: group.sender.userId })}>{t('chat.reply')}</button> : null}
      </div>
      {group.messages.map((message) => (
        <div key={message.id} className="ar-message__line">
          <ChatText text={message.text} />
          {deletable ? <IconButton icon="bin" label={t('chat.delete')} className="ar-message__delete" onClick={() => run(model.actions.deleteChat(message.id))} /> : null}
        </div>
      ))}
    </div>
  );
});
