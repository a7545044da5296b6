import { canManage } from '../logic/permissions';
import { waitingOrder } from '../logic/order';
import { useMeeting, useOption, useSelf, useT, useUi, useView } from '../state/context';
import type { PanelName } from '../state/ui-state';
import { ToolbarButton } from './ToolbarButton';

/** The buttons that open the participants and the chat. */
export function PanelButtons() {
  const t = useT();
  const { ui } = useView();
  const panel = useUi((state) => state.panel);
  const present = useMeeting((state) => state.participants.filter((person) => person.state !== 'waiting').length);
  const waiting = useMeeting((state) => waitingOrder(state).length);
  const unread = useMeeting((state) => state.unreadChat);
  const manages = canManage(useSelf());
  const withChat = useOption('isSupportChat');
  const toggle = (name: PanelName) => ui.set({ panel: panel === name ? null : name });
  const knocking = manages ? waiting : 0;

  return (
    <>
      <ToolbarButton
        icon="people"
        text={t('participants.short')}
        label={knocking ? t('participants.openWaiting', { count: present, waiting: knocking }) : t('participants.open', { count: present })}
        title={t('participants.short')}
        count={present}
        badge={knocking}
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
