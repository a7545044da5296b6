import { memo } from 'react';
import { Icon } from '../icons/Icon';
import { useT } from '../state/context';

interface NameBadgeProps {
  name: string;
  muted: boolean;
  audioOn: boolean;
  speaking: boolean;
  host: boolean;
  pinned: boolean;
  spotlit: boolean;
  /** The connection is bad. */
  weak: boolean;
  self: boolean;
}

/** The name on a tile, with states that must not be shown by colour alone: muted, speaking, host, pinned. */
export const NameBadge = memo(function NameBadge({ name, muted, audioOn, speaking, host, pinned, spotlit, weak, self }: NameBadgeProps) {
  const t = useT();
  return (
    <div className="ar-badge">
      {spotlit ? <span className="ar-badge__mark" role="img" aria-label={t('state.spotlit')}><Icon name="spotlight" /></span> : null}
      {pinned ? <span className="ar-badge__mark" role="img" aria-label={t('state.pinned')}><Icon name="pin" /></span> : null}
      {!audioOn || muted ? (
        <span className="ar-badge__muted" role="img" aria-label={t(audioOn ? 'state.muted' : 'state.noAudio')}><Icon name="micOff" /></span>
      ) : speaking ? (
        <span className="ar-badge__speaking" role="img" aria-label={t('state.speaking')}><Icon name="wave" /></span>
      ) : null}
      <span className="ar-badge__name">{self ? t('name.you', { name }) : name}</span>
      {weak ? <span className="ar-badge__weak" role="img" aria-label={t('quality.bad')} title={t('quality.bad')}><Icon name="weak" /></span> : null}
      {host ? <span className="ar-badge__host" role="img" aria-label={t('role.host')}><Icon name="crown" /></span> : null}
    </div>
  );
});
