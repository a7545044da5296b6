import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { scriptVersion, signsInPage } from '../src/client-view/legacy';
import { createZoomMtg } from '../src/client-view/zoom-mtg';
import { FakeServer } from './support/fake-server';

afterEach(() => vi.restoreAllMocks());

const at = (version: string): Record<string, unknown> =>
  createZoomMtg({ ...new FakeServer().environment(), scriptUrl: `http://server.test/${version}/zoom-meeting-${version}.min.js` });

describe('old versioned paths', () => {
  it.each([
    ['https://x/zoom-meeting-2.18.0.min.js', true],
    ['https://x/1.9.1/zoom-meeting-1.9.1.min.js', true],
    ['https://x/zoom-meeting-3.11.2.min.js', true],
    ['https://x/zoom-meeting-3.12.0.min.js', false],
    ['https://x/zoom-meeting-6.2.0.min.js', false],
    ['https://x/other.js', false],
    [null, false],
  ])('%s signs in the page: %s', (url, signs) => {
    expect(signsInPage(url)).toBe(signs);
  });

  it('reads no version from another script', () => {
    expect(scriptVersion('https://x/zoom-meeting-embedded-2.0.0.min.js')).toBeNull();
  });

  it('has generateSignature there, and nowhere else', () => {
    expect(at('2.18.0').generateSignature).toBeTypeOf('function');
    expect(at('6.2.0').generateSignature).toBeUndefined();
  });

  it('returns a JWT at once, passes it to success, and warns', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const sign = at('2.18.0').generateSignature as (args: object) => string;
    let received: unknown;
    const token = sign({ meetingNumber: '123 456', apiKey: 'key', apiSecret: 'secret', role: '1', success: (answer: unknown) => (received = answer) });
    const [head = '', body = '', mac = ''] = token.split('.');
    expect(JSON.parse(Buffer.from(body, 'base64url').toString())).toMatchObject({ appKey: 'key', sdkKey: 'key', mn: '123456', role: 1 });
    expect(mac).toBe(createHmac('sha256', 'secret').update(`${head}.${body}`).digest('base64url'));
    expect(received).toMatchObject({ method: 'generateSignature', status: true, result: token });
    expect(String(warn.mock.calls)).toContain('sign on your own server');
    expect(String(warn.mock.calls)).not.toContain('secret"');
  });
});
