import { useRef, useState } from 'react';
import type { DeviceChoice, Devices } from '../../core/model';
import { Icon } from '../icons/Icon';
import { Menu } from '../primitives/Menu';
import { MenuHeading } from '../primitives/MenuHeading';
import { MenuItem } from '../primitives/MenuItem';
import { useActions, useMeeting, useT, useView } from '../state/context';

type Kind = 'microphone' | 'camera' | 'speaker';
const LIST: Record<Kind, (devices: Devices) => DeviceChoice[]> = {
  microphone: (devices) => devices.microphones,
  camera: (devices) => devices.cameras,
  speaker: (devices) => devices.speakers,
};

/** The small arrow beside microphone and camera with the devices to choose from. */
export function DeviceMenu({ kinds, label }: { kinds: readonly Kind[]; label: string }) {
  const t = useT();
  const actions = useActions();
  const { ui, run } = useView();
  const devices = useMeeting((state) => state.devices);
  const stopped = useMeeting((state) => state.incomingAudioStopped);
  const withBackgrounds = useMeeting((state) => state.background.offered);
  const joined = useMeeting((state) => state.microphone === 'on' || state.microphone === 'muted');
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);

  return (
    <>
      <button ref={button} type="button" className="ar-tool__more" aria-label={label} title={label} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevronUp" />
      </button>
      {open ? (
        <Menu anchor={button} label={label} onClose={close}>
          {kinds.map((kind) => {
            const choices = LIST[kind](devices);
            return (
              <div key={kind} role="group" aria-label={t(`device.${kind}`)}>
                <MenuHeading>{t(`device.${kind}`)}</MenuHeading>
                {choices.length === 0 ? <MenuItem label={t('device.none')} onSelect={close} disabled /> : null}
                {choices.map((choice, i) => (
                  <MenuItem
                    key={choice.deviceId || i}
                    label={choice.label || t(`device.${kind}Number`, { number: i + 1 })}
                    checked={devices[kind] ? devices[kind] === choice.deviceId : i === 0}
                    onSelect={() => {
                      run(actions.chooseDevice(kind, choice.deviceId));
                      close();
                    }}
                  />
                ))}
              </div>
            );
          })}
          <div className="ar-menu__line" role="separator" />
          {kinds.includes('speaker') ? <MenuItem label={t('audio.stopIncoming')} on={stopped} onSelect={() => { close(); actions.stopIncomingAudio(!stopped); }} /> : null}
          {kinds.includes('microphone') && joined ? <MenuItem icon="soundOff" label={t('mic.leave')} onSelect={() => { close(); run(actions.leaveAudio()); }} /> : null}
          {kinds.includes('camera') && withBackgrounds ? <MenuItem icon="settings" label={t('background.choose')} onSelect={() => { close(); ui.set({ dialog: { name: 'settings', tab: 'background' } }); }} /> : null}
          <MenuItem icon="settings" label={t('settings.open')} onSelect={() => { close(); ui.set({ dialog: { name: 'settings', tab: kinds.includes('camera') ? 'video' : 'audio' } }); }} />
        </Menu>
      ) : null}
    </>
  );
}
