import { memo } from 'react';
import { authorizerOf } from '../../core/on-behalf-of';
import type { Participant } from '../../core/model';
import { Icon } from '../icons/Icon';
import { Avatar } from '../primitives/Avatar';
import { useMeeting, useT } from '../state/context';
import { ParticipantMenu } from './ParticipantMenu';

interface ParticipantRowProps {
  person: Participant;
  /** The place of a raised hand among several; 0 where there is no order. */
  hand: number;
  isSelf: boolean;
  withMenu: boolean;
}

/** One person of the list. */
export const ParticipantRow = memo(function ParticipantRow({ person, hand, isSelf, withMenu }: ParticipantRowProps) {
  const t = useT();
  // Whom a bot speaks for has to be seen by all.
  const authorizer = useMeeting((state) => (person.bot ? authorizerOf(person, state.participants)?.userName : undefined));
  const notes = [
    isSelf ? t('name.me') : '',
    person.role === 'attendee' ? '' : t(`role.${person.role}`),
    person.guest && !person.bot ? t('role.guest') : '',
    person.bot ? (authorizer ? t('role.bot', { app: person.bot.appName, name: authorizer }) : t('role.app', { app: person.bot.appName })) : '',
    person.allowedToTalk ? t('state.mayTalk') : '',
    person.state === 'reconnecting' ? t('state.reconnecting') : '',
  ].filter(Boolean);
  const audio = t(person.audioOn ? (person.muted ? 'state.muted' : 'state.unmuted') : 'state.noAudio');
  const raised = hand > 0 ? t('state.handRaisedPlace', { place: hand }) : t('state.handRaised');

  return (
    <div className="ar-person participants-item__item-layout">
      <Avatar name={person.userName} />
      <div className="ar-person__text">
        <span className="ar-person__name">{person.userName}</span>
        {notes.length > 0 ? <span className="ar-person__note">{notes.join(' · ')}</span> : null}
      </div>
      <div className="ar-person__state">
        {person.handRaised ? <span className="ar-person__hand" role="img" aria-label={raised} title={raised}><Icon name="hand" />{hand > 0 ? hand : null}</span> : null}
        {person.capture === 'on' ? <span className="ar-person__off" role="img" aria-label={t('state.recording')} title={t('state.recording')}><Icon name="record" /></span> : null}
        {person.sharing ? <span role="img" aria-label={t('state.sharing')} title={t('state.sharing')}><Icon name="share" /></span> : null}
        <span className={person.audioOn ? (person.muted ? 'ar-person__off' : '') : 'ar-person__none'} role="img" aria-label={audio} title={audio}>
          <Icon name={person.audioOn ? (person.muted ? 'micOff' : 'mic') : 'audioJoin'} />
        </span>
        <span className={person.videoOn ? '' : 'ar-person__off'} role="img" aria-label={t(person.videoOn ? 'state.cameraOn' : 'state.cameraOff')} title={t(person.videoOn ? 'state.cameraOn' : 'state.cameraOff')}>
          <Icon name={person.videoOn ? 'camera' : 'cameraOff'} />
        </span>
        {withMenu ? <ParticipantMenu person={person} /> : <span className="ar-person__gap" />}
      </div>
    </div>
  );
});
