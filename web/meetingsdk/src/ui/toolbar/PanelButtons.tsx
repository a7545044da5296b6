import { handsFor, waitingFor } from '../logic/requests';
import { useMeeting, useOption, useT, useUi, useView } from '../state/context';
import type { PanelName } from '../state/ui-state';
import { ToolbarButton } from './ToolbarButton';

/** The buttons that open the participants and the chat. */
export function PanelButtons() {
  const t = useT();
  const { ui } = useView();
  const panel = useUi((state) => state.panel);
  const present = useMeeting((state) => state.participants.filter((person) => person.state !== 'waiting').length);
  const waiting = useMeeting((state) => waitingFor(state).length);
  const hands = useMeeting((state) => handsFor(state).length);
  const unread = useMeeting((state) => state.unreadChat);
  const withChat = useOption('isSupportChat');
  const toggle = (name: PanelName) => ui.set({ panel: panel === name ? null : name });
  const open = waiting ? t('participants.openWaiting', { count: present, waiting }) : t('participants.open', { count: present });

  return (
    <>
      <ToolbarButton
        icon="people"
        text={t('participants.short')}
        label={hands ? `${open}, ${t('hand.count', { count: hands })}` : open}
        title={t('participants.short')}
        count={present}
        badge={waiting + hands}
        tone={panel === 'participants' ? 'on' : 'plain'}
        expanded={panel === 'participants'}
        className="footer-participants-button__toggle-button"
        onClick={() => toggle('participants')}
      />
      {withChat ? (
        <ToolbarButton
          icon="chat"
          text={t('chat.short')}
          label={unread ? t('chat.openUnread', { count: unread }) : t('chat.open')}
          title={t('chat.short')}
          badge={panel === 'chat' ? 0 : unread}
          tone={panel === 'chat' ? 'on' : 'plain'}
          expanded={panel === 'chat'}
          className="footer-chat-button"
          onClick={() => toggle('chat')}
        />
      ) : null}
    </>
  );
}
