import { expect, it } from 'vitest';
import type { ChatMessage, Participant } from '../src/core/model';
import { type ServerState, applyEvent, applySnapshot } from '../src/core/roster';
import { person, session } from './support/fake-server';

// Servers trim trailing zeros: as texts, 'Z' sorts after '.', and '.5Z' after '.25Z'.
const times = ['2026-01-01T10:00:00Z', '2026-01-01T10:00:00.25Z', '2026-01-01T10:00:00.5Z', '2026-01-01T10:00:01Z'];
const chatMessage = (sentAt: string): ChatMessage => ({ id: sentAt, text: 'x', sentAt, sender: { userId: 1, name: 'A' }, receiver: null });
const server = (chat: ChatMessage[], state: 'joined' | 'waiting' = 'joined') => ({ revision: 1, self: person(2, { state }), session, participants: [person(1), person(2)], chat });
const page = (chat: ChatMessage[]) => ({ self: null, session: null, participants: [], chat, unreadChat: 0 });

it('orders chat by time, however its fractions of seconds are written', () => {
  const chat = times.map(chatMessage);
  const state = applySnapshot(page(chat.filter((_, i) => i % 2 === 0)), server(chat.filter((_, i) => i % 2 === 1), 'waiting'));
  expect(state.chat.map((message) => message.sentAt)).toEqual(times);
});

it('keeps what is older than a snapshot that does not reach back to the first message, and only that', () => {
  const recent = Array.from({ length: 20 }, (_, i) => chatMessage(`2026-01-01T10:00:00.${String(500 + i)}Z`));
  const known = page([chatMessage('2026-01-01T10:00:00Z'), chatMessage('2026-01-01T10:00:00.5055Z')]);
  const state = applySnapshot(known, { ...server(recent), moreChat: true });
  expect(state.chat).toHaveLength(21);
  expect(state.chat[0]?.sentAt).toBe('2026-01-01T10:00:00Z');
  expect(applySnapshot(known, server(recent)).chat).toHaveLength(20);
});

it('drops those of a webinar whom its audience no longer sees, and never its own record', () => {
  const webinar = { ...session, kind: 'webinar' as const };
  const people = [person(1, { role: 'host' }), person(2), person(3, { role: 'panelist' }), person(4, { allowedToTalk: true })];
  const seenBy = (userId: number): ServerState => ({
    self: people.find((p) => p.userId === userId) ?? null, session: webinar, participants: people, chat: [], unreadChat: 0,
  });
  const update = (state: ServerState, data: { userId: number } & Partial<Participant>): ServerState => applyEvent(state, { revision: 2, type: 'participant.updated', data });
  const listed = ({ participants }: ServerState): number[] => participants.map((p) => p.userId);

  const demoted = update(seenBy(2), { userId: 3, role: 'attendee' });
  expect(listed(demoted)).toEqual([1, 2, 4]);
  const silenced = update(demoted, { userId: 4, allowedToTalk: false });
  expect(listed(silenced)).toEqual([1, 2]);
  // Late events about a removed participant do not add them again.
  expect(listed(update(silenced, { userId: 4, userName: 'New name' }))).toEqual([1, 2]);
  // A new host comes with those who change along with it.
  const crowned = applyEvent(silenced, { revision: 3, type: 'participants.updated', data: { participants: [{ userId: 2, role: 'host' }, { userId: 1, role: 'cohost' }], hostUserId: 2 } });
  expect(listed(crowned)).toEqual([1, 2]);

  // Hosts and panelists go on seeing the audience.
  for (const userId of [1, 3]) expect(listed(update(seenBy(userId), { userId: 4, allowedToTalk: false }))).toEqual([1, 2, 3, 4]);
  // A panelist who becomes an attendee again keeps only visible participants, and themselves.
  const sentBack = update(seenBy(3), { userId: 3, role: 'attendee', userName: 'Grace' });
  expect(listed(sentBack)).toEqual([1, 3, 4]);
  expect(sentBack.self).toMatchObject({ userId: 3, role: 'attendee', userName: 'Grace' });
  // In a meeting everybody sees everybody.
  expect(listed(update({ ...seenBy(2), session }, { userId: 3, role: 'attendee' }))).toEqual([1, 2, 3, 4]);
});
