import { useEffect } from 'react';
import { groupIds, type MeetingState } from '../../core/model';
import { clockTime } from '../logic/format';
import { ChatText } from '../panels/ChatText';
import { Button } from '../primitives/Button';
import { useActions, useMeeting, useT, useUi, useView } from '../state/context';
import { DeviceTest } from './DeviceTest';
import { StatusPage } from './StatusPage';

/** The waiting room. The app may have its own texts for it. */
export function WaitingRoomPage() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const topic = useMeeting((state) => state.session?.topic ?? state.awaitedMeeting?.topic);
  const customText = useMeeting((state) => state.waitingRoomText);
  const movedHere = useUi((state) => state.movedToWaitingRoom);
  return (
    <StatusPage icon="door" busy over={topic} title={customText?.title || t(movedHere ? 'waitingRoom.heldTitle' : 'waitingRoom.title')} actions={<Button className="leave-btn" onClick={() => run(actions.leave())}>{t('leave.leave')}</Button>}>
      <p>{customText?.description || t('waitingRoom.text')}</p>
      <WaitingMessages />
      <DeviceTest />
    </StatusPage>
  );
}

const forWaiting = (state: MeetingState) => state.chat.filter(({ receiver }) => receiver?.userId === groupIds.waitingRoom);

/** What the hosts write to the waiting room, with what was written before one came. */
function WaitingMessages() {
  const t = useT();
  const { language } = useView();
  const actions = useActions();
  const messages = useMeeting(forWaiting);
  const unread = useMeeting((state) => state.unreadChat);
  useEffect(() => {
    if (unread > 0) actions.markChatRead();
  }, [actions, unread]);
  return (
    <div className={`ar-news${messages.length > 0 ? ' ar-news--some' : ''}`} role="log" aria-label={t('chat.log')} tabIndex={messages.length > 0 ? 0 : -1}>
      {messages.map((message) => (
        <div key={message.id} className="ar-news__one">
          <div className="ar-message__head">
            <span className="ar-message__name">{message.sender.name}</span>
            <time dateTime={message.sentAt}>{clockTime(message.sentAt, language)}</time>
          </div>
          <ChatText text={message.text} />
        </div>
      ))}
    </div>
  );
}
