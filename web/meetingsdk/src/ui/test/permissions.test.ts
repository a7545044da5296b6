import { describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../core/model';
import { canChatWith, canPublish, chatReach, personActions } from '../logic/permissions';
import { person, state } from './fake';

const meeting = state([]).session as SessionInfo;
const webinar: SessionInfo = { ...meeting, kind: 'webinar' };
const withChat = { isSupportChat: true };
const host = person(1, { role: 'host' });
const cohost = person(2, { role: 'cohost' });
const attendee = person(3);
const other = person(4, { muted: false, handRaised: true });

describe('personActions', () => {
  it.each([
    ['host on attendee', host, other, ['mute', 'chat', 'pin', 'lowerHand', 'makeHost', 'makeCohost', 'rename', 'hold', 'remove']],
    ['host on muted attendee', host, attendee, ['askUnmute', 'chat', 'pin', 'makeHost', 'makeCohost', 'rename', 'hold', 'remove']],
    ['host on co-host', host, cohost, ['askUnmute', 'chat', 'pin', 'makeHost', 'withdrawCohost', 'rename', 'hold', 'remove']],
    ['host on host', host, host, ['pin', 'rename']],
    ['co-host on host', cohost, host, ['chat', 'pin']],
    ['co-host on attendee', cohost, attendee, ['askUnmute', 'chat', 'pin', 'rename', 'hold', 'remove']],
    ['attendee on attendee', attendee, other, ['chat', 'pin']],
    ['attendee on self with hand up', other, other, ['pin', 'lowerHand']],
    ['host on one who waits', host, person(9, { state: 'waiting' }), ['admit', 'remove']],
    ['attendee on one who waits', attendee, person(9, { state: 'waiting' }), []],
    ['host on one without audio', host, person(9, { audioOn: false }), ['chat', 'pin', 'makeHost', 'makeCohost', 'rename', 'hold', 'remove']],
  ])('%s', (_name, self, target, expected) => {
    expect(personActions(self, target, meeting, withChat)).toEqual(expected);
  });

  it('promotes and demotes in a webinar', () => {
    expect(personActions(host, attendee, webinar, withChat)).toContain('makePanelist');
    expect(personActions(host, person(5, { role: 'panelist' }), webinar, withChat)).toContain('makeAttendee');
    expect(personActions(host, attendee, webinar, withChat)).not.toContain('hold');
  });

  it('gives nothing before the self is known, and no chat where there is none', () => {
    expect(personActions(null, attendee, meeting, withChat)).toEqual([]);
    expect(personActions(host, attendee, meeting, { isSupportChat: false })).not.toContain('chat');
  });
});

describe('chat and publishing', () => {
  const hostsOnly: SessionInfo = { ...meeting, chatAllowed: 'hosts' };
  const off: SessionInfo = { ...meeting, chatAllowed: 'off' };
  it('follows the meeting for attendees and not for hosts', () => {
    expect([meeting, hostsOnly, off].map((session) => chatReach(attendee, session))).toEqual(['everyone', 'hosts', 'nobody']);
    expect([meeting, hostsOnly, off].map((session) => chatReach(host, session))).toEqual(['everyone', 'everyone', 'everyone']);
    expect(canChatWith(attendee, host, hostsOnly)).toBe(true);
    expect(canChatWith(attendee, other, hostsOnly)).toBe(false);
    expect(canChatWith(attendee, attendee, meeting)).toBe(false);
  });
  it('keeps a webinar audience silent', () => {
    expect(canPublish(attendee, webinar)).toBe(false);
    expect(canPublish(attendee, meeting)).toBe(true);
    expect(canPublish(person(5, { role: 'panelist' }), webinar)).toBe(true);
  });
});
