import { useRef, useState } from 'react';
import { Icon } from '../icons/Icon';
import { chosenMains, tileOrder } from '../logic/order';
import { Button } from '../parts/Button';
import { useElementSize } from '../parts/useElementSize';
import { useActions, useMeeting, useOption, useParticipant, useT, useView } from '../state/context';
import { TileVideo } from '../tile/TileVideo';
import { ShareChoice } from './ShareChoice';
import { Strip } from './Strip';
import { useReport } from './useReport';

const NONE: readonly number[] = [];

/** Somebody's screen, large, and the people in a strip beside or above it. */
export function ShareStage({ sharer }: { sharer: number }) {
  const t = useT();
  const actions = useActions();
  const { run } = useView();
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(box);
  const tiles = useMeeting(tileOrder);
  const first = useMeeting(chosenMains);
  const isSelf = useMeeting((state) => state.self?.userId === sharer);
  const person = useParticipant(sharer);
  const pure = useOption('showPureSharingContent') && !isSelf;
  const resizes = useOption('sharingMode') === 'both';
  const [original, setOriginal] = useState(false);
  const side = width > 720 && width / Math.max(height, 1) > 1.3;
  // Below this height people take more than they give while a screen is read.
  const withStrip = (height > 320 || side) && !pure;
  useReport(withStrip ? null : 'speaker', NONE, NONE);

  return (
    <div ref={box} className={`ar-speaker ar-share video-share-layout${side ? ' ar-speaker--side' : ''}`}>
      {withStrip ? <Strip tiles={tiles} mains={NONE} first={first} vertical={side} view="speaker" /> : null}
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
            <div className={`ar-share__screen${original && resizes && !pure ? ' ar-share__screen--original' : ''}`}>
              <TileVideo userId={sharer} kind="screen" label={t('share.screen')} />
            </div>
          </>
        )}
      </div>
    </div>
  );
}
