import { memo } from 'react';
import { Icon } from '../icons/Icon';
import { IconButton } from '../primitives/IconButton';
import { Avatar } from '../primitives/Avatar';
import { Spinner } from '../primitives/Spinner';
import { useMeeting, useOption, useParticipant, useT, useView } from '../state/context';
import { ParticipantMenu } from '../panels/ParticipantMenu';
import { REACTION_SIGNS, reactionOf } from '../logic/reactions';
import { NameBadge } from './NameBadge';
import { TileVideo } from './TileVideo';

interface TileProps {
  userId: number;
  /** The size in CSS pixels; without it the style sheet decides. */
  width?: number;
  height?: number;
  className?: string;
  /** Small tiles carry no buttons. */
  compact?: boolean;
}

/** One person: their picture, or their initials while the camera is off. */
export const Tile = memo(function Tile({ userId, width, height, className = '', compact = false }: TileProps) {
  const t = useT();
  const { model } = useView();
  const { actions } = model;
  const person = useParticipant(userId);
  const isSelf = useMeeting((state) => state.self?.userId === userId);
  const speaking = useMeeting((state) => state.activeSpeakers.includes(userId));
  const pinned = useMeeting((state) => state.pins.includes(userId));
  const spotlit = useMeeting((state) => state.session?.spotlights.includes(userId) ?? false);
  const mirrored = useMeeting((state) => isSelf && state.mirrored && !state.cameraFacesAway);
  const weak = useMeeting((state) => (state.quality[userId] ?? 5) < 2);
  const reaction = useMeeting((state) => reactionOf(state.reactions, userId));
  const withHeader = useOption('videoHeader');
  const Player = useOption('view') === 'component' ? 'video-player-container' : 'video-player';
  if (!person) return null;

  const reconnecting = person.state === 'reconnecting';
  const talks = speaking && !person.muted && person.audioOn;
  const status = [
    talks ? t('state.speaking') : person.muted || !person.audioOn ? t('state.muted') : '',
    person.videoOn ? '' : t('state.cameraOff'),
    pinned ? t('state.pinned') : '',
    spotlit ? t('state.spotlit') : '',
    reconnecting ? t('state.reconnecting') : weak ? t('quality.bad') : '',
  ].filter(Boolean);

  return (
    <div
      className={`ar-tile ${talks ? 'ar-tile--speaking' : ''} ${reconnecting ? 'ar-tile--away' : ''} ${className}`}
      style={width === undefined ? undefined : { width, height }}
      role="group"
      aria-label={[isSelf ? t('name.you', { name: person.userName }) : person.userName, ...status].join(', ')}
      data-user-id={userId}
    >
      <Avatar name={person.userName} />
      {person.videoOn ? (
        <Player class="ar-player" node-id={userId}>
          <TileVideo userId={userId} kind="camera" mirrored={mirrored} contain={!compact} />
        </Player>
      ) : null}
      {reconnecting ? (
        <div className="ar-tile__away"><Spinner /><span>{t('state.reconnecting')}</span></div>
      ) : null}
      {person.handRaised ? <span className="ar-tile__hand" role="img" aria-label={t('state.handRaised')} title={t('state.handRaised')}><Icon name="hand" /></span> : null}
      {reaction ? <span key={reaction.id} className="ar-tile__reaction" aria-hidden="true">{REACTION_SIGNS[reaction.reaction]}</span> : null}
      {withHeader ? (
        <NameBadge
          name={person.userName}
          muted={person.muted}
          audioOn={person.audioOn}
          speaking={talks}
          host={person.role === 'host'}
          pinned={pinned}
          spotlit={spotlit}
          weak={weak && !reconnecting}
          self={isSelf}
        />
      ) : null}
      {compact ? null : (
        <div className="ar-tile__tools">
          <IconButton icon="pin" label={t(pinned ? 'action.unpin' : 'action.pin', { name: person.userName })} aria-pressed={pinned} onClick={() => actions.pin(pinned ? 'remove' : model.getState().multiPin ? 'add' : 'replace', userId)} />
          <ParticipantMenu person={person} />
        </div>
      )}
    </div>
  );
});
