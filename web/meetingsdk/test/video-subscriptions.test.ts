import type { Room } from 'livekit-client';
import { RemoteTrackPublication, Track } from 'livekit-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VideoSubscriptions } from '../src/media/video-subscriptions';

/** A remote publication whose track came unasked. */
function publication(source: Track.Source) {
  const calls: boolean[] = [];
  const attached: HTMLMediaElement[] = [];
  const track = { attachedElements: attached, attach: (e: HTMLMediaElement) => void attached.push(e), detach: (e: HTMLMediaElement) => void attached.splice(attached.indexOf(e), 1) };
  const value = Object.create(RemoteTrackPublication.prototype, {
    source: { value: source },
    kind: { value: Track.Kind.Video },
    track: { value: track },
    isSubscribed: { value: true },
    setSubscribed: { value: (on: boolean) => void calls.push(on) },
  }) as RemoteTrackPublication;
  return { value, calls, attached };
}

function pictures(camera: RemoteTrackPublication): VideoSubscriptions {
  const ada = { getTrackPublication: (source: Track.Source) => (source === camera.source ? camera : undefined) };
  const room = { localParticipant: { identity: 'me' }, getParticipantByIdentity: (identity: string) => (identity === 'ada' ? ada : undefined) };
  return new VideoSubscriptions(room as unknown as Room);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a picture that came unasked', () => {
  it('is unsubscribed if no element shows it', () => {
    const { value, calls } = publication(Track.Source.Camera);
    pictures(value).unsubscribeUnlessAttached('ada', value);
    vi.advanceTimersByTime(4_999);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(calls).toEqual([false]);
  });

  it('stays when a tile shows it in time, and is not asked for again', () => {
    const { value, calls, attached } = publication(Track.Source.Camera);
    const all = pictures(value);
    all.unsubscribeUnlessAttached('ada', value);
    const tile = document.createElement('video');
    all.attach('ada', 'camera', tile);
    expect(attached).toEqual([tile]);
    vi.advanceTimersByTime(60_000);
    expect(calls).toEqual([]);
  });

  it('goes for a tile of another kind or person all the same', () => {
    const { value, calls } = publication(Track.Source.Camera);
    const all = pictures(value);
    all.unsubscribeUnlessAttached('ada', value);
    all.attach('ada', 'screen', document.createElement('video'));
    all.attach('bob', 'camera', document.createElement('video'));
    vi.advanceTimersByTime(5_000);
    expect(calls).toEqual([false]);
  });
});
