import { expect, it } from 'vitest';
import type { ChatMessage } from '../src/core/model';
import { withSnapshot } from '../src/core/roster';
import { person, session } from './support/fake-server';

// Servers trim trailing zeros: as texts, 'Z' sorts after '.', and '.5Z' after '.25Z'.
const times = ['2026-01-01T10:00:00Z', '2026-01-01T10:00:00.25Z', '2026-01-01T10:00:00.5Z', '2026-01-01T10:00:01Z'];
const said = (sentAt: string): ChatMessage => ({ id: sentAt, text: 'x', sentAt, sender: { userId: 1, name: 'A' }, receiver: null });
const server = (chat: ChatMessage[], state: 'joined' | 'waiting' = 'joined') => ({ revision: 1, self: person(2, { state }), session, participants: [person(1), person(2)], chat });
const page = (chat: ChatMessage[]) => ({ self: null, session: null, participants: [], chat, unreadChat: 0 });

it('orders chat by time, however its fractions of seconds are written', () => {
  const chat = times.map(said);
  const kept = withSnapshot(page(chat.filter((_, i) => i % 2 === 0)), server(chat.filter((_, i) => i % 2 === 1), 'waiting'));
  expect(kept.chat.map((message) => message.sentAt)).toEqual(times);
});

it('keeps what is older than a snapshot that does not reach back to the first message, and only that', () => {
  const recent = Array.from({ length: 20 }, (_, i) => said(`2026-01-01T10:00:00.${String(500 + i)}Z`));
  const known = page([said('2026-01-01T10:00:00Z'), said('2026-01-01T10:00:00.5055Z')]);
  const kept = withSnapshot(known, { ...server(recent), moreChat: true });
  expect(kept.chat).toHaveLength(21);
  expect(kept.chat[0]?.sentAt).toBe('2026-01-01T10:00:00Z');
  expect(withSnapshot(known, server(recent)).chat).toHaveLength(20);
});
