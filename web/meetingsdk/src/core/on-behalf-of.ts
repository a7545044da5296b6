import type { Participant } from './model';

/** The user on whose behalf a bot participates, if they are in the meeting. */
export function authorizerOf(bot: Participant, participants: readonly Participant[]): Participant | null {
  if (!bot.bot) return null;
  const { authorizerKey } = bot.bot;
  return participants.find((p) => !p.bot && p.personKey !== undefined && p.personKey === authorizerKey) ?? null;
}

/** The bots that participate on behalf of a user. */
export function botsOf(person: Participant, participants: readonly Participant[]): Participant[] {
  if (person.bot || person.personKey === undefined) return [];
  return participants.filter((p) => p.bot?.authorizerKey === person.personKey);
}

/** Every pair of a person and a bot of theirs that are both here. */
export function botRelations(participants: readonly Participant[]): { parentUserID: number; childUserID: number }[] {
  return participants.flatMap((p) => {
    const parent = authorizerOf(p, participants);
    return parent ? [{ parentUserID: parent.userId, childUserID: p.userId }] : [];
  });
}
