import { useState } from 'react';
import { saveAnnouncementsEnabled } from '../state/announcements';
import { useT, useUi, useView } from '../state/context';
import { applyTheme, loadTheme, saveTheme, THEMES, type Theme } from '../state/theme';

/** How the view looks in this browser. */
export function GeneralSettings() {
  const t = useT();
  const { layer, ui } = useView();
  const announcementsEnabled = useUi((state) => state.announcementsEnabled);
  const announce = (on: boolean) => {
    saveAnnouncementsEnabled(on);
    ui.set({ announcementsEnabled: on });
  };
  const [theme, setTheme] = useState<Theme>(loadTheme);
  const choose = (chosen: Theme) => {
    setTheme(chosen);
    saveTheme(chosen);
    const host = layer()?.parentElement;
    if (host) applyTheme(host, chosen);
  };
  return (
    <>
      <fieldset className="ar-choices">
        <legend className="ar-field__label">{t('theme.label')}</legend>
        {THEMES.map((one) => (
          <label key={one} className="ar-check">
            <input type="radio" name="anteroom-theme" checked={theme === one} onChange={() => choose(one)} />
            <span>{t(`theme.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <label className="ar-check">
        <input type="checkbox" checked={announcementsEnabled} onChange={(event) => announce(event.target.checked)} />
        <span>{t('news.setting')}</span>
      </label>
    </>
  );
}
