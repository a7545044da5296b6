import { useActions, useMeeting, useT, useView } from '../state/context';

/** The backgrounds to choose from: none, blurred, or an image of the app's list. `busy`: one is being prepared. */
export function Backgrounds({ busy, disabled }: { busy: boolean; disabled: boolean }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const background = useMeeting((state) => state.background);
  const choices = [
    { id: '', name: t('background.none'), url: '' },
    { id: 'blur', name: t('background.blur'), url: '' },
    ...background.images.map((image) => ({ id: image.id, name: image.displayName, url: image.url })),
  ];
  return (
    <div className="ar-backgrounds" role="radiogroup" aria-label={t('settings.background')} aria-busy={busy}>
      {choices.map(({ id, name, url }) => (
        <button
          key={id}
          type="button"
          role="radio"
          aria-checked={background.id === id}
          className={`ar-backgrounds__one${id === 'blur' ? ' ar-backgrounds__one--blur' : ''}`}
          disabled={disabled || background.locked}
          onClick={() => run(actions.setBackground(id))}
        >
          {url ? <img src={url} alt="" /> : null}
          <span>{name}</span>
        </button>
      ))}
    </div>
  );
}
