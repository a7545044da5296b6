import type { ChatMessage, MeetingState, Participant, Translator } from '../../core/model';
import { isPrivate } from './chat';
import { findParticipant } from './order';
import { canManage } from './permissions';
import { joinSentences } from './sentences';

/** Something to announce to users who do not see the page. `text` is the text of a message. */
export interface News {
  kind: NewsKind;
  name: string;
  text?: string;
}

/** The kinds, in the order in which they are announced: those about the user first. */
const KINDS = ['muted', 'unmuted', 'handUp', 'handDown', 'shares', 'waiting', 'hand', 'joined', 'left', 'sharing', 'sharingEnded', 'recording', 'recordingEnded', 'private', 'message'] as const;
export type NewsKind = (typeof KINDS)[number];

/** A longer message is read in the chat. */
const MAX_READ_LENGTH = 200;

/** What happened in the meeting between two states. */
export function newsBetween(before: MeetingState, after: MeetingState): News[] {
  if (before === after || !inside(before) || !inside(after)) return [];
  const news: News[] = [];
  const selfId = after.self?.userId;
  if (before.participants !== after.participants) {
    const manages = canManage(findParticipant(after.participants, selfId) ?? after.self);
    for (const person of after.participants) {
      const former = findParticipant(before.participants, person.userId);
      if (former !== person) addParticipantNews(former, person, person.userId === selfId, manages, news);
    }
    for (const person of before.participants) {
      if (person.state !== 'waiting' && person.userId !== selfId && !present(findParticipant(after.participants, person.userId))) news.push({ kind: 'left', name: person.userName });
    }
  }
  if (before.microphone === 'on' && after.microphone === 'muted') news.push({ kind: 'muted', name: '' });
  if (before.microphone === 'muted' && after.microphone === 'on') news.push({ kind: 'unmuted', name: '' });
  if (before.share !== 'on' && after.share === 'on') news.push({ kind: 'shares', name: '' });
  if (before.chat !== after.chat) {
    const known = new Set(before.chat.map(({ id }) => id));
    for (const message of after.chat) if (!known.has(message.id) && message.sender.userId !== selfId) news.push(chatNews(message));
  }
  return news;
}

const inside = ({ phase }: MeetingState) => phase === 'inMeeting' || phase === 'reconnecting';
const present = (person: Participant | undefined) => person !== undefined && person.state !== 'waiting';
const chatNews = (message: ChatMessage): News => ({ kind: isPrivate(message) ? 'private' : 'message', name: message.sender.name, text: message.text });

function addParticipantNews(former: Participant | undefined, person: Participant, isSelf: boolean, manages: boolean, news: News[]): void {
  const add = (kind: NewsKind) => news.push({ kind, name: person.userName });
  if (person.state === 'waiting') {
    if (manages && former?.state !== 'waiting') add('waiting');
    return;
  }
  if (!isSelf && !present(former)) add('joined');
  if (person.handRaised && !former?.handRaised) add(isSelf ? 'handUp' : 'hand');
  if (isSelf && !person.handRaised && former?.handRaised) add('handDown');
  if (!isSelf && person.sharing !== (former?.sharing ?? false)) add(person.sharing ? 'sharing' : 'sharingEnded');
  const [was, is] = [former?.capture === 'on', person.capture === 'on'];
  if (was !== is) add(is ? 'recording' : 'recordingEnded');
}

/** News as text: several of one kind become one sentence. */
export function sentences(news: readonly News[], t: Translator['t']): string {
  return joinSentences(t, KINDS.flatMap((kind) => {
    const some = news.filter((one) => one.kind === kind);
    const [first] = some;
    if (!first) return [];
    if (some.length > 1 && first.name) return t(`news.${kind}Several`, { count: some.length });
    return t(`news.${kind}`, { name: first.name, text: (first.text ?? '').slice(0, MAX_READ_LENGTH) });
  }));
}
