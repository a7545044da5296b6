import { describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../core/model';
import { canChatWith, canClaim, canPublish, canSpeak, chatReach, personActions } from '../logic/permissions';
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
    ['host on attendee', host, other, ['mute', 'chat', 'pin', 'spotlight', 'lowerHand', 'makeHost', 'makeCohost', 'rename', 'permitCapture', 'hold', 'remove']],
    ['host on muted attendee', host, attendee, ['askUnmute', 'chat', 'pin', 'spotlight', 'makeHost', 'makeCohost', 'rename', 'permitCapture', 'hold', 'remove']],
    ['host on co-host', host, cohost, ['askUnmute', 'chat', 'pin', 'spotlight', 'makeHost', 'withdrawCohost', 'rename', 'remove']],
    ['host on host', host, host, ['pin', 'spotlight', 'rename']],
    ['co-host on host', cohost, host, ['chat', 'pin', 'spotlight']],
    ['co-host on co-host', cohost, person(8, { role: 'cohost' }), ['askUnmute', 'chat', 'pin', 'spotlight', 'rename']],
    ['co-host on attendee', cohost, attendee, ['askUnmute', 'chat', 'pin', 'spotlight', 'rename', 'permitCapture', 'hold', 'remove']],
    ['co-host who came as the host on self', person(8, { role: 'cohost', originHost: true }), person(8, { role: 'cohost', originHost: true }), ['pin', 'spotlight', 'reclaimHost', 'rename']],
    ['attendee on attendee', attendee, other, ['chat', 'pin']],
    ['attendee on self with hand up', other, other, ['pin', 'lowerHand', 'rename']],
    ['host on one who may record', host, person(9, { audioOn: false, mayCapture: true }), ['chat', 'pin', 'spotlight', 'makeHost', 'makeCohost', 'rename', 'endCapture', 'hold', 'remove']],
    ['host on one who waits', host, person(9, { state: 'waiting' }), ['admit', 'remove']],
    ['attendee on one who waits', attendee, person(9, { state: 'waiting' }), []],
    ['host on one without audio', host, person(9, { audioOn: false }), ['chat', 'pin', 'spotlight', 'makeHost', 'makeCohost', 'rename', 'permitCapture', 'hold', 'remove']],
  ])('%s', (_name, self, target, expected) => {
    expect(personActions(self, target, meeting, withChat)).toEqual(expected);
  });

  it('adds to pins and spotlights, replaces and ends them', () => {
    const lit: SessionInfo = { ...meeting, spotlights: [4] };
    expect(personActions(host, attendee, lit, { ...withChat, pins: [4] })).toEqual(expect.arrayContaining(['addPin', 'replacePin', 'addSpotlight', 'replaceSpotlight']));
    expect(personActions(host, other, lit, { ...withChat, pins: [4] })).toEqual(expect.arrayContaining(['unpin', 'endSpotlight']));
    expect(personActions(attendee, other, lit, withChat)).not.toContain('endSpotlight');
  });

  it('follows the rule about names, and offers the host\'s key while no host is there', () => {
    expect(personActions(attendee, attendee, { ...meeting, renameAllowed: false }, withChat)).not.toContain('rename');
    expect(personActions(host, host, { ...meeting, renameAllowed: false }, withChat)).toContain('rename');
    expect(canClaim(attendee, [attendee, other])).toBe(true);
    expect(canClaim(attendee, [attendee, host])).toBe(false);
    expect(personActions(attendee, attendee, meeting, { ...withChat, claimable: true })).toContain('claimHost');
    expect(personActions(attendee, other, meeting, { ...withChat, claimable: true })).not.toContain('claimHost');
  });

  it('grants and revokes the permission to talk in a webinar', () => {
    expect(personActions(cohost, attendee, webinar, withChat)).toContain('allowToTalk');
    expect(personActions(cohost, attendee, webinar, withChat)).not.toContain('makePanelist');
    expect(personActions(cohost, { ...attendee, allowedToTalk: true }, webinar, withChat)).toContain('endTalk');
    expect(canSpeak(attendee, webinar)).toBe(false);
    expect(canSpeak({ ...attendee, allowedToTalk: true }, webinar)).toBe(true);
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
