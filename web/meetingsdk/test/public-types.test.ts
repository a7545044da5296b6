import { describe, expect, it } from 'vitest';
import type { ZoomMtgObject as OwnClient } from '../src/client-view/zoom-mtg';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import type { EmbeddedClient as OwnEmbedded } from '../src/component-view/client';
import { createEmbedded } from '../src/component-view/factory';
import type { EmbeddedClient, ParticipantPropertiesPayload, ZoomMtgEmbeddedObject } from '../types/embedded';
import type { ClientError, vbStatusDataFunc, ZoomMtgObject } from '../types/index';
import { FakeServer } from './support/fake-server';

/** True only if nothing of the public type is missing from our own. */
type HasAll<Public, Own> = [Exclude<keyof Public, keyof Own>] extends [never] ? true : never;
type HasNoMore<Public, Own> = [Exclude<keyof Own, keyof Public>] extends [never] ? true : never;

const complete: [HasAll<ZoomMtgObject, OwnClient>, HasNoMore<ZoomMtgObject, OwnClient>, HasAll<EmbeddedClient, OwnEmbedded>, HasNoMore<EmbeddedClient, OwnEmbedded>] = [true, true, true, true];

/** How apps write it; this need only compile. */
export async function appsOf(ZoomMtg: ZoomMtgObject, embedded: ZoomMtgEmbeddedObject, root: HTMLElement): Promise<void> {
  ZoomMtg.init({ leaveUrl: '/', success: () => ZoomMtg.join({ meetingNumber: 1, userName: 'a', signature: 's', passWord: 'p', success: () => undefined, error: (e: ClientError) => e.errorCode }) });
  const roster = await ZoomMtg.getAttendeeslist({});
  const first: number | undefined = roster.result.attendeesList[0]?.userId;
  ZoomMtg.inMeetingServiceListener('onUserJoin', (data: { userId: number }) => data.userId === first);
  // With both callbacks, and with ones of the app's own idea of what they get: the contract calls them functions.
  ZoomMtg.mute({ userId: 1, mute: true, success: () => undefined, error: (e) => e.type });
  ZoomMtg.getCurrentUser({ success: (answer) => answer.result.currentUser.userId, error: (e) => e.errorCode });
  ZoomMtg.getVirtualBackgroundStatus({ success: (answer: Parameters<typeof vbStatusDataFunc>[0]) => answer.result.vbList });
  ZoomMtg.join({ meetingNumber: '1', userName: 'a', signature: 's', success: (e: string) => e, error: (e: Error) => e.message });
  ZoomMtg.leaveMeeting();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- a public sample calls it
  ZoomMtg.reRender({ lang: 'en-US' });
  // @ts-expect-error -- what a function needs is still asked for
  ZoomMtg.mute({ mute: true, success: () => undefined });
  const client: typeof EmbeddedClient = embedded.createClient();
  const named: string | undefined = client.getCurrentUser()?.pronoun;
  const words: Record<string, string> = await client.getLanguageTranslation('ja-JP');
  await client.updateLanguageTranslation('en-US', { ...words, named });
  client.on('user-added', (payload: ParticipantPropertiesPayload) => payload.userId);
  await client.init({ zoomAppRoot: root, language: 'en-US', customize: { video: { isResizable: true } } });
  await client.join({ meetingNumber: '1', userName: 'a', signature: 's' });
  client.on('connection-change', (payload) => payload.state === 'Closed');
}

describe('the public types', () => {
  it('name exactly what is there', () => {
    expect(complete).toEqual([true, true, true, true]);
    const server = new FakeServer();
    const zoom = createZoomMtg(server.environment()) as unknown as Record<string, unknown>;
    const client = createEmbedded(server.environment()).createClient() as unknown as Record<string, unknown>;
    for (const [name, value] of [...Object.entries(zoom), ...Object.entries(client)]) {
      expect(typeof value, name).toBe(name === 'i18n' ? 'object' : 'function');
    }
    expect(Object.keys(zoom)).toHaveLength(93);
    expect(Object.keys(client)).toHaveLength(71);
  });
});
