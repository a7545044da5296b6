import { useActions, useMeeting, useT, useView } from '../state/context';

/** What is behind the person in their picture: as it is, blurred, or an image of the app's list. */
export function BackgroundSettings() {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const background = useMeeting((state) => state.background);
  const camera = useMeeting((state) => state.camera);
  if (background.supported === false) return <p>{t('background.unsupported')}</p>;
  const choices = [
    { id: '', name: t('background.none'), url: '' },
    { id: 'blur', name: t('background.blur'), url: '' },
    ...background.images.map((image) => ({ id: image.id, name: image.displayName, url: image.url })),
  ];
  return (
    <>
      <div className="ar-backgrounds" role="radiogroup" aria-label={t('settings.background')} aria-busy={background.busy}>
        {choices.map(({ id, name, url }) => (
          <button
            key={id}
            type="button"
            role="radio"
            aria-checked={background.id === id}
            className={`ar-backgrounds__one${id === 'blur' ? ' ar-backgrounds__one--blur' : ''}`}
            disabled={background.locked || background.busy}
            onClick={() => run(actions.setBackground(id))}
          >
            {url ? <img src={url} alt="" /> : null}
            <span>{name}</span>
          </button>
        ))}
      </div>
      <p className="ar-field__hint" role="status">{t(background.locked ? 'background.locked' : background.busy ? 'background.busy' : camera === 'on' ? 'background.hint' : 'background.cameraOff')}</p>
    </>
  );
}
