import type { Reaction, ReactionName } from '../../core/model';

/** How each reaction is drawn. */
export const REACTION_SIGNS: Readonly<Record<ReactionName, string>> = { clap: '👏', thumbsup: '👍', heart: '❤️', joy: '😂', openmouth: '😮', tada: '🎉' };

/** Somebody's newest reaction among those still shown. */
export function reactionOf(reactions: readonly Reaction[], userId: number): Reaction | undefined {
  return reactions.findLast((one) => one.userId === userId);
}
