import { useEffect, useState } from 'react';
import { usePlacementOptions } from '../component/usePopper';
import { Icon } from '../icons/Icon';
import { isPrivate } from '../logic/chat';
import { IconButton } from '../primitives/IconButton';
import { useMeeting, useOption, useT, useUi, useView } from '../state/context';

/** How long the notice stays, in milliseconds. */
const DURATION_MS = 6_000;

/** The newest message while the chat is closed, where the app wants it; a click opens the chat. */
export function ChatNotice() {
  const t = useT();
  const { ui, layer } = useView();
  const withChat = useOption('isSupportChat');
  const closed = useUi((state) => state.panel !== 'chat');
  const inside = useMeeting((state) => state.phase === 'inMeeting');
  const newest = useMeeting((state) => (state.unreadChat > 0 ? state.chat.at(-1) : undefined));
  const own = useMeeting((state) => state.self?.userId);
  const { chatNotice } = usePlacementOptions();
  const [done, setDone] = useState('');
  const shown = withChat && closed && inside && newest && newest.sender.userId !== own && newest.id !== done ? newest : null;
  const id = shown?.id ?? '';

  useEffect(() => {
    if (!id) return;
    const timer = setTimeout(() => setDone(id), DURATION_MS);
    return () => clearTimeout(timer);
  }, [id]);

  if (!shown || !layer()) return null;
  const secret = isPrivate(shown);
  const open = () => {
    ui.set({ panel: 'chat' });
    // A reply to a private message goes to its sender. A draft keeps its receiver.
    if (secret && !ui.get().chatDraft.trim()) ui.set({ chatTo: shown.sender.userId });
  };
  const what = secret ? 'chat.noticePrivate' : shown.receiver ? 'chat.noticeHosts' : 'chat.notice';
  return (
    <div className={`ar-toast ar-toast--info ar-chat-notice${secret ? ' ar-chat-notice--private' : ''}`} style={chatNotice ? { position: 'fixed', ...chatNotice } : undefined}>
      <Icon name={secret ? 'lock' : 'chat'} />
      <button type="button" className="ar-chat-notice__text" onClick={open}>
        <strong>{t(what, { name: shown.sender.name })}</strong>
        <span>{shown.text.slice(0, 300)}</span>
      </button>
      <IconButton icon="close" label={t('notice.close')} onClick={() => setDone(id)} />
    </div>
  );
}
