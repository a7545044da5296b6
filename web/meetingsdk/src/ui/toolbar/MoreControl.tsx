import { useRef, useState } from 'react';
import { canPublish } from '../logic/permissions';
import { handsFor, waitingFor } from '../logic/requests';
import { LayoutItems } from '../primitives/LayoutItems';
import { Menu } from '../primitives/Menu';
import { MenuItem } from '../primitives/MenuItem';
import { useFullScreen } from '../primitives/useFullScreen';
import { useActions, useMeeting, useOption, useSelf, useT, useView } from '../state/context';
import { ReactionRow } from './ReactionRow';
import { useCustomButtons } from './useCustomButtons';
import { useSwitchCamera } from './useSwitchCamera';
import { usePictureInPicture } from './usePictureInPicture';
import { ToolbarButton } from './ToolbarButton';

/** What is needed less often, and what did not fit into a narrow toolbar. */
export function MoreControl({ narrow, tiny }: { narrow: boolean; tiny: boolean }) {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  const self = useSelf();
  const session = useMeeting((state) => state.session);
  const share = useMeeting((state) => state.share);
  const screenShare = useOption('screenShare');
  const asking = useMeeting((state) => waitingFor(state).length + handsFor(state).length);
  const unread = useMeeting((state) => state.unreadChat);
  const withChat = useOption('isSupportChat');
  const withAV = useOption('isSupportAV');
  const withReactions = useOption('isSupportNonverbal');
  // Without a header its switch of the layouts is here.
  const headless = !useOption('showMeetingHeader');
  const fullScreen = useFullScreen();
  const switchCamera = useSwitchCamera();
  const pictureInPicture = usePictureInPicture();
  const custom = useCustomButtons();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  const then = (action: () => void) => () => {
    close();
    action();
  };
  const publishes = canPublish(self, session);
  const raised = self?.handRaised ?? false;

  return (
    <>
      <ToolbarButton ref={button} icon="more" text={t('more.short')} label={t('more.label')} labelledDiv title={t('more.short')} badge={tiny ? unread + asking : 0} popup="menu" expanded={open} onClick={() => setOpen(!open)} />
      {open ? (
        <Menu anchor={button} label={t('more.label')} onClose={close}>
          {tiny ? <MenuItem icon="people" label={t('participants.short')} onSelect={then(() => ui.set({ panel: 'participants' }))} /> : null}
          {tiny && withChat ? <MenuItem icon="chat" label={t('chat.short')} onSelect={then(() => ui.set({ panel: 'chat' }))} /> : null}
          {narrow && withReactions ? <ReactionRow onDone={close} /> : null}
          {narrow && withReactions ? <MenuItem icon="hand" label={t(raised ? 'hand.lower' : 'hand.raise')} onSelect={then(() => run(actions.raiseHand(!raised)))} /> : null}
          {narrow && publishes && screenShare ? (
            <MenuItem icon={share === 'on' ? 'shareStop' : 'share'} label={t(share === 'on' ? 'share.stop' : 'share.startLabel')} onSelect={then(() => run(actions.setShare(share !== 'on')))} />
          ) : null}
          {narrow && withAV && publishes && switchCamera ? <MenuItem icon="flip" label={t('camera.flip')} onSelect={then(switchCamera)} /> : null}
          {headless ? <><LayoutItems onDone={close} /><MenuItem icon="fullscreen" label={t('view.fullScreen')} onSelect={then(fullScreen)} /><div className="ar-menu__line" role="separator" /></> : null}
          {withAV ? <MenuItem icon="settings" label={t('settings.open')} onSelect={then(() => ui.set({ dialog: { name: 'settings' } }))} /> : null}
          {pictureInPicture ? <MenuItem icon="pip" label={t('pip.label')} on={pictureInPicture.on} onSelect={then(pictureInPicture.toggle)} /> : null}
          {custom.map((entry, i) => (
            <MenuItem key={i} label={entry.text} className={`ar-named ${entry.className}`} onSelect={then(entry.onClick)} />
          ))}
          {!withAV && !pictureInPicture && custom.length === 0 && !narrow && !headless ? <MenuItem icon="people" label={t('participants.short')} onSelect={then(() => ui.set({ panel: 'participants' }))} /> : null}
        </Menu>
      ) : null}
    </>
  );
}
