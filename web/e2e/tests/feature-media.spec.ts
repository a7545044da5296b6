import { expect, test } from '../fixtures.ts';
import type { Outcome } from '../person.ts';

const demo = 'Demo meeting';

async function done(outcome: Promise<Outcome>): Promise<void> {
  const { error, rejected } = await outcome;
  expect(error ?? rejected ?? null).toBeNull();
}

test('sound, shares, statistics, pins and backgrounds, by their effect on the other page', async ({ world, people, server }) => {
  test.slow();
  const [ada, grace, linus] = await Promise.all([people.open('component'), people.open('client'), people.open('client')]);
  await ada.enter(await world.hostOptions(demo, 'Ada'));
  await Promise.all([grace.enter(await world.joinOptions(demo, 'Grace')), linus.enter(await world.joinOptions(demo, 'Linus'))]);
  const [adaId, graceId, linusId] = [await ada.userId(), await grace.userId(), await linus.userId()];
  await grace.startMicrophone();

  await test.step('incoming sound is stopped and let in again, on one page alone', async () => {
    await linus.expectAudio();
    await done(linus.call('stopIncomingAudio', { stop: true }));
    await expect.poll(async () => {
      const before = await linus.audioEnergy();
      await linus.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
      return (await linus.audioEnergy()) - before;
    }).toBeLessThanOrEqual(0);
    await ada.expectAudio();
    await done(linus.call('stopIncomingAudio', { stop: false }));
    await linus.expectAudio();
  });

  await test.step('everybody is muted, and hosts are not', async () => {
    await ada.startMicrophone();
    await done(ada.call('muteAll', true));
    await expect.poll(async () => (await linus.roster()).find((a) => a.userId === graceId)?.muted).toBe(true);
    expect((await linus.roster()).find((a) => a.userId === adaId)?.muted).toBe(false);
    await done(ada.call('stopAudio'));
    await expect.poll(async () => (await linus.roster()).find((a) => a.userId === adaId)?.audio).toBe('');
  });

  await test.step('one shares at a time, and a host comes first', async () => {
    // Whoever was muted by a host shares the picture alone.
    await done(grace.call('startScreenShare', { hideShareAudioOption: false }));
    await expect.poll(() => ada.events('peer-share-state-change')).toEqual([{ userId: graceId, action: 'Start' }]);
    await expect.poll(() => linus.events('receiveSharingChannelReady')).toEqual([{ userId: graceId }]);
    expect((await linus.call('startScreenShare', {})).error).toMatchObject({ type: 'INVALID_OPERATION', errorMessage: 'another participant is sharing' });
    await done(ada.call('makeHost', linusId));
    await expect.poll(async () => (await linus.self())?.isHost).toBe(true);
    await done(linus.call('startScreenShare', { hideShareAudioOption: true }));
    await expect.poll(() => ada.events('peer-share-state-change')).toEqual([
      { userId: graceId, action: 'Start' },
      { userId: graceId, action: 'Stop' },
      { userId: linusId, action: 'Start' },
    ]);
    await expect.poll(async () => (await grace.self())?.['sharerOn']).toBe(false);
  });

  await test.step('statistics and quality are told', async () => {
    await grace.startCamera();
    await done(grace.call('subscribeStatisticData', { audio: false, video: true, share: false }));
    await expect.poll(async () => (await grace.events('onVideoQos')).some((q) => q['type'] === 'VIDEO_QOS_DATA' && Number((q['data'] as Record<string, unknown>)['fps']) > 0 && (q['data'] as Record<string, unknown>)['encoding'] === true)).toBe(true);
    expect(await grace.events('onAudioQos')).toEqual([]);
    await done(grace.call('unSubscribeStatisticData', {}));
    await expect.poll(async () => (await ada.events('network-quality-change')).some((q) => typeof q['level'] === 'number' && q['type'] === 'uplink')).toBe(true);
  });

  await test.step('pins stay on the page that made them', async () => {
    await done(ada.call('addPin', graceId));
    expect(await ada.call('getPinList')).toEqual({ resolved: [graceId] });
    expect((await linus.call('getPinList', {})).success).toMatchObject({ result: [] });
    await done(ada.call('removeAllPins'));
  });

  await test.step('a background is put behind the person, with files of the own server alone', async () => {
    const asked: string[] = [];
    grace.page.on('request', (request) => asked.push(request.url()));
    expect((await grace.call('isSupportVirtualBackground', {})).success).toMatchObject({ result: { vb: true, enable: true } });
    await ada.expectMovingVideo(graceId);
    const plain = await picture();
    const image = await grace.page.evaluate(() => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [64, 36];
      const context = canvas.getContext('2d');
      if (context) [context.fillStyle] = ['rgb(255, 0, 0)'];
      context?.fillRect(0, 0, 64, 36);
      return canvas.toDataURL();
    });
    await done(grace.call('updateVirtualBackgroundList', { vbList: [{ id: 'red', displayName: 'Red', fileName: 'red.png', url: image }] }));
    await done(grace.call('setVirtualBackground', { id: 'red' }));
    expect((await grace.call('getVirtualBackgroundStatus', {})).success).toMatchObject({ result: { id: 'red', vb: true, blur: false } });
    // The browser's fake camera shows nobody, so that everything is background.
    await expect.poll(async () => (await picture()).red).toBeGreaterThan(plain.red + 60);
    expect(asked.filter((url) => url.startsWith('http')).every((url) => url.startsWith(server.url))).toBe(true);
    expect(asked.some((url) => url.endsWith('/sdk/background/selfie_segmentation.tflite'))).toBe(true);
    await done(grace.call('lockVirtualBackground', { isLock: true }));
    expect((await grace.call('setVirtualBackground', { id: 'blur' })).error).toMatchObject({ type: 'OPERATION_LOCKED' });
  });

  /** The mean redness of Grace's picture as Ada gets it: red less the mean of green and blue. */
  async function picture(): Promise<{ red: number }> {
    return ada.page.evaluate((userId) => {
      const video = document.querySelector<HTMLVideoElement>(`[data-user-id="${userId}"] video`);
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [32, 18];
      const context = canvas.getContext('2d');
      if (!video || !context) return { red: 0 };
      context.drawImage(video, 0, 0, 32, 18);
      const { data } = context.getImageData(0, 0, 32, 18);
      let red = 0;
      for (let i = 0; i < data.length; i += 4) red += (data[i] ?? 0) - ((data[i + 1] ?? 0) + (data[i + 2] ?? 0)) / 2;
      return { red: red / (data.length / 4) };
    }, graceId);
  }
});
