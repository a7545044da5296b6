// Makes clip.ivf, the picture that synthetic participants send: a moving ball
// over a moving ground, as VP8 by the browser's own encoder.
//
//   node bench/loadgen/clip.mjs
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../web/e2e/package.json', import.meta.url))('@playwright/test');
const film = { width: 320, height: 180, perSecond: 12, frames: 48, keyEvery: 12, bitrate: 110_000 };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
// WebCodecs are for secure contexts only, which a page of this machine is.
const host = createServer((_, response) => response.end('<!doctype html><title>film</title>'));
await new Promise((resolve) => host.listen(0, '127.0.0.1', resolve));
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${host.address().port}/`);
const frames = await page.evaluate(async ({ width, height, perSecond, frames, keyEvery, bitrate }) => {
  const canvas = new OffscreenCanvas(width, height);
  const draw = canvas.getContext('2d');
  const chunks = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      chunks.push([...data]);
    },
    error: (error) => {
      throw error;
    },
  });
  encoder.configure({ codec: 'vp8', width, height, bitrate, framerate: perSecond, latencyMode: 'realtime' });
  for (let i = 0; i < frames; i++) {
    // Everything turns a whole number of times, so that the end meets the beginning.
    const turn = (i / frames) * 2 * Math.PI;
    const ground = draw.createLinearGradient(0, 0, width, height);
    ground.addColorStop(0, `hsl(${210 + 30 * Math.sin(turn)} 45% 32%)`);
    ground.addColorStop(1, `hsl(${260 + 30 * Math.cos(turn)} 45% 22%)`);
    draw.fillStyle = ground;
    draw.fillRect(0, 0, width, height);
    draw.fillStyle = '#f0d9b5';
    draw.beginPath();
    draw.arc(width / 2 + 90 * Math.sin(turn), height / 2 + 45 * Math.sin(2 * turn), 34, 0, 2 * Math.PI);
    draw.fill();
    const frame = new VideoFrame(canvas, { timestamp: (i * 1e6) / perSecond });
    encoder.encode(frame, { keyFrame: i % keyEvery === 0 });
    frame.close();
    await encoder.flush();
  }
  return chunks;
}, film);
await browser.close();
host.close();

const header = Buffer.alloc(32);
header.write('DKIF', 0);
header.writeUInt16LE(32, 6);
header.write('VP80', 8);
header.writeUInt16LE(film.width, 12);
header.writeUInt16LE(film.height, 14);
header.writeUInt32LE(film.perSecond, 16);
header.writeUInt32LE(1, 20);
header.writeUInt32LE(frames.length, 24);
const parts = frames.flatMap((data, i) => {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(data.length, 0);
  head.writeBigUInt64LE(BigInt(i), 4);
  return [head, Buffer.from(data)];
});
await writeFile(new URL('clip.ivf', import.meta.url), Buffer.concat([header, ...parts]));
