import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { canPublish, canSpeak } from '../logic/permissions';
import { Button } from '../primitives/Button';
import { Dialog } from '../primitives/Dialog';
import { useMeeting, useOption, useSelf, useT } from '../state/context';
import type { SettingsTab } from '../state/ui-state';
import { AudioSettings } from './AudioSettings';
import { BackgroundSettings } from './BackgroundSettings';
import { GeneralSettings } from './GeneralSettings';
import { KeyboardSettings } from './KeyboardSettings';
import { StatisticsTable } from './StatisticsTable';
import { VideoSettings } from './VideoSettings';

const CONTENT: Record<SettingsTab, () => ReactNode> = { audio: AudioSettings, video: VideoSettings, background: BackgroundSettings, statistics: StatisticsTable, keyboard: KeyboardSettings, general: GeneralSettings };

/** Devices, how one looks, and how the connection fares. */
export function SettingsDialog({ first, onClose }: { first: SettingsTab; onClose: () => void }) {
  const t = useT();
  const self = useSelf();
  const session = useMeeting((state) => state.session);
  const withAV = useOption('isSupportAV');
  const withAudio = !useOption('disableJoinAudio') && withAV;
  const withBackgrounds = useMeeting((state) => state.background.offered);
  const [chosen, choose] = useState(first);
  const id = useId();
  const publishes = canPublish(self, session) && withAV;
  const tabs: SettingsTab[] = [...(canSpeak(self, session) && withAudio ? (['audio'] as const) : []), ...(publishes ? (['video'] as const) : []), ...(publishes && withBackgrounds ? (['background'] as const) : []), 'statistics', 'keyboard', 'general'];
  const current = tabs.includes(chosen) ? chosen : (tabs[0] ?? 'statistics');
  const Content = CONTENT[current];

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const rtl = getComputedStyle(event.currentTarget).direction === 'rtl';
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[(tabs.indexOf(current) + (rtl ? -step : step) + tabs.length) % tabs.length];
    if (step === 0 || !next) return;
    choose(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };

  return (
    <Dialog wide popper="setting" title={t('settings.title')} onClose={onClose} footer={<Button tone="primary" onClick={onClose}>{t('action.done')}</Button>}>
      <div className="ar-tabs" role="tablist" aria-label={t('settings.title')} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab}
            type="button"
            role="tab"
            data-tab={tab}
            id={`${id}-${tab}`}
            className="ar-tabs__tab"
            aria-selected={tab === current}
            aria-controls={`${id}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => choose(tab)}
          >
            {t(`settings.${tab}`)}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${current}`} className="ar-settings">
        <Content />
      </div>
    </Dialog>
  );
}
