import { useState } from 'react';
import { Icon } from '../icons/Icon';
import { Button } from '../primitives/Button';
import { useActions, useMeeting, useOption, useParticipant, useT, useView } from '../state/context';
import { TileVideo } from '../tile/TileVideo';
import { ShareChoice } from './ShareChoice';

/** A shared screen and who shares it; for the own screen, a note that it is shared. */
export function SharedScreen({ sharer }: { sharer: number }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const isSelf = useMeeting((state) => state.self?.userId === sharer);
  const person = useParticipant(sharer);
  const pure = useOption('showPureSharingContent');
  const resizes = useOption('sharingMode') === 'both' && !pure;
  const [original, setOriginal] = useState(false);

  return (
    <div className="ar-share__main sharee-container__viewport">
      {isSelf ? (
        <div className="ar-share__own">
          <Icon name="share" />
          <p className="ar-share__title">{t('share.own')}</p>
          <p className="ar-share__hint">{t('share.ownHint')}</p>
          <Button tone="danger" className="sharer-button--stop" onClick={() => run(actions.setShare(false))}>{t('share.stop')}</Button>
        </div>
      ) : (
        <>
          {pure ? null : (
            <div className="ar-share__by">
              <Icon name="share" />
              <span>{t('share.by', { name: person?.userName ?? '' })}</span>
              {resizes ? <button type="button" className="ar-share__size" onClick={() => setOriginal(!original)}>{t(original ? 'share.fit' : 'share.original')}</button> : null}
            </div>
          )}
          {pure ? null : <ShareChoice shown={sharer} />}
          <div className={`ar-share__screen${original && resizes ? ' ar-share__screen--original' : ''}`}>
            <TileVideo userId={sharer} kind="screen" label={t('share.screen')} />
          </div>
        </>
      )}
    </div>
  );
}
