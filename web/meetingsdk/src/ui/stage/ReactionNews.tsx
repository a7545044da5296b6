import { LiveRegion } from '../dialogs/LiveRegion';
import { findParticipant } from '../logic/order';
import { useMeeting, useT } from '../state/context';

/** Announces the newest reaction to screen readers; it is shown on the tile. */
export function ReactionNews() {
  const t = useT();
  const newest = useMeeting((state) => state.reactions.at(-1));
  const person = useMeeting((state) => findParticipant(state.participants, newest?.userId));
  return <LiveRegion text={newest && person ? t('reaction.by', { name: person.userName, reaction: t(`reaction.${newest.reaction}`) }) : ''} />;
}
