import type { DeviceChoice } from '../../core/model';
import { useT } from '../state/context';

interface DeviceSelectProps {
  kind: 'microphone' | 'camera' | 'speaker';
  choices: readonly DeviceChoice[];
  value: string;
  onChange: (deviceId: string) => void;
  /** The key of why none can be listed, where it is not that there is none. */
  none?: 'camera.denied' | 'mic.denied' | undefined;
}

/** A labelled list of devices. */
export function DeviceSelect({ kind, choices, value, onChange, none }: DeviceSelectProps) {
  const t = useT();
  return (
    <label className="ar-field">
      <span className="ar-field__label">{t(`device.${kind}`)}</span>
      <select className="ar-select" value={value} disabled={choices.length === 0} onChange={(event) => onChange(event.target.value)}>
        {choices.length === 0 ? <option value="">{t(none ?? 'device.none')}</option> : null}
        {choices.length > 0 && !choices.some((choice) => choice.deviceId === value) ? <option value={value}>{t('device.default')}</option> : null}
        {choices.map((choice, i) => (
          <option key={choice.deviceId} value={choice.deviceId}>{choice.label || t(`device.${kind}Number`, { number: i + 1 })}</option>
        ))}
      </select>
    </label>
  );
}
