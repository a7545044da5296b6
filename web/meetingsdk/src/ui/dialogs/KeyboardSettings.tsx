import { SHORTCUTS, type ShortcutName } from '../logic/shortcuts';
import { useT } from '../state/context';

/** Which keys do what. */
export function KeyboardSettings() {
  const t = useT();
  return (
    <>
      <dl className="ar-shortcuts">
        {(Object.keys(SHORTCUTS) as ShortcutName[]).map((name) => (
          <div key={name}>
            <dt>{t(`shortcut.${name}`)}</dt>
            <dd dir="ltr"><kbd>Alt</kbd> <kbd>{SHORTCUTS[name]}</kbd></dd>
          </div>
        ))}
      </dl>
      <p className="ar-field__hint">{t('shortcut.hint')}</p>
    </>
  );
}
