import { useState } from 'react';
import { keepAnnouncements } from '../state/announcements';
import { useT, useUi, useView } from '../state/context';
import { applyTheme, chosenTheme, keepTheme, THEMES, type Theme } from '../state/theme';

/** How the view looks in this browser. */
export function GeneralSettings() {
  const t = useT();
  const { layer, ui } = useView();
  const announces = useUi((state) => state.announces);
  const announce = (on: boolean) => {
    keepAnnouncements(on);
    ui.set({ announces: on });
  };
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const choose = (chosen: Theme) => {
    setTheme(chosen);
    keepTheme(chosen);
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
        <input type="checkbox" checked={announces} onChange={(event) => announce(event.target.checked)} />
        <span>{t('news.setting')}</span>
      </label>
    </>
  );
}
