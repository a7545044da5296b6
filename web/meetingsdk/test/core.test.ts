import { describe, expect, it, vi } from 'vitest';
import { closeReason, errorDetails } from '../src/core/catalogue';
import { Dictionaries } from '../src/core/i18n';
import { toLeaveReason } from '../src/core/room-handlers';
import { ResumeStore, memoryStorage, safeStorage } from '../src/core/resume-store';
import { chooseServer, isVendorHost } from '../src/core/server';
import { pageOption, pageUrl, templateOption } from '../src/core/page-url';
import { parseJoinResponse } from '../src/core/wire';
import { browserName } from '../src/core/requirements';
import { enUS } from '../src/ui/i18n/en-US';
import { endingOf } from '../src/ui/pages/ending';

describe('the server', () => {
  const page = 'https://app.test';
  it.each([
    [{ webEndpoint: 'meet.test' }, 'https://meet.test'],
    [{ webEndpoint: 'https://meet.test/' }, 'https://meet.test'],
    [{ webEndpoint: 'localhost:8080' }, 'http://localhost:8080'],
    [{ webEndpoint: '127.0.0.1:8080' }, 'http://127.0.0.1:8080'],
    [{ webEndpoint: 'zoom.us', scriptUrl: 'https://meet.test/6.2.0/zoom.js' }, 'https://meet.test'],
    [{ webEndpoint: 'www.zoomgov.com', builtIn: 'https://built.test' }, 'https://built.test'],
    [{ webEndpoint: undefined, scriptUrl: null, builtIn: 'https://built.test/' }, 'https://built.test'],
    [{ webEndpoint: '', builtIn: '' }, page],
    [{ webEndpoint: 'ftp://x' }, page],
    [{ webEndpoint: { a: 1 } }, page],
    // The vendor's name, resolved to a server of ours: the script came from there.
    [{ scriptUrl: 'https://source.zoom.us/6.2.0/zoom.js' }, 'https://source.zoom.us'],
    [{ builtIn: 'anteroom://built-in-address' }, page],
  ])('%j is %s', (hints, server) => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(chooseServer({ pageOrigin: page, ...hints })).toBe(server);
  });

  it.each([['zoom.us', true], ['API.zoom.us', true], ['us02web.zoom.us.', true], ['notzoom.us', false], ['zoom.us.evil.test', false]])('%s is the vendor: %s', (host, vendor) => {
    expect(isVendorHost(host)).toBe(vendor);
  });
});

describe('an address that an app gives for a page', () => {
  const place = { href: 'https://app.test/room/meet.html?m=1#top', origin: 'https://app.test' };
  it.each([
    ['/bye?x=1', 'https://app.test/bye?x=1'],
    ['./x.html', 'https://app.test/room/x.html'],
    ['../left', 'https://app.test/left'],
    ['x.html', 'https://app.test/room/x.html'],
    ['done.php?x=1', 'https://app.test/room/done.php?x=1'],
    ['thanks', 'https://app.test/room/thanks'],
    ['?left=1', 'https://app.test/room/meet.html?left=1'],
    ['#/done', 'https://app.test/room/meet.html?m=1#/done'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['about:blank', 'about:blank'],
    ['example.org', 'https://example.org'],
    ['example.org:8443/x', 'https://example.org:8443/x'],
    ['localhost:3000', 'https://localhost:3000'],
    ['//example.org/x', 'https://example.org/x'],
    [new URL('https://app.test/a'), 'https://app.test/a'],
    ['', null],
    [undefined, null],
    ['https://', null],
    ['http:///x', null],
    ['ftp://h', null],
    ['javascript:alert(1)', null],
    [' JavaScript:alert(1)', null],
    ['java\nscript:alert(1)', null],
    ['data:text/html,x', null],
    ['mailto:a@example.org', null],
    ['https://[', null],
    [4711, null],
    ['4711', null],
    [{}, null],
    [true, null],
  ])('%s leads to %s', (given, address) => {
    expect(pageUrl(given, place)).toBe(address);
  });

  it('is resolved where the page has no address of its own, or cannot be', () => {
    expect(pageUrl('./x', { href: 'file:///home/a.html', origin: '' })).toBe('file:///home/x');
    expect(pageUrl('/x', { href: 'about:srcdoc', origin: '' })).toBeNull();
  });

  it('causes one warning if it is invalid, and is ignored', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(pageOption('leaveUrl', 4711, place, 'the page goes to its own origin')).toBeNull();
    expect(pageOption('leaveUrl', 4711, place, 'the page goes to its own origin')).toBeNull();
    expect(warn.mock.calls).toEqual([['[anteroom]', 'leaveUrl: 4711 is not the address of a page; the page goes to its own origin']]);
    expect(pageOption('leaveUrl', '', place, '')).toBeNull();
    expect(templateOption('inviteUrlFormat', './j/{0}?p={1}', place, '')).toBe('https://app.test/room/j/{0}?p={1}');
    expect(templateOption('inviteUrlFormat', 'https://{0}.x.test/', place, '')).toBe('https://{0}.x.test/');
    expect(templateOption('inviteUrlFormat', 'javascript:{0}', place, 'x')).toBe('');
    expect(warn).toHaveBeenCalledTimes(2);
  });
});

describe('the resume store', () => {
  const createStore = (tab = memoryStorage()): ResumeStore => new ResumeStore(tab, memoryStorage(), () => 'device');

  it('belongs to a server, a meeting and a person', () => {
    const store = createStore();
    store.saveToken('https://a', '1', 'token');
    expect(store.resumeToken('https://a', '1')).toBe('token');
    expect(store.resumeToken('https://b', '1')).toBeNull();
    expect(store.resumeToken('https://a', '2')).toBeNull();
    store.clear('https://a', '1');
    expect(store.resumeToken('https://a', '1')).toBeNull();
  });

  it('survives forbidden and full storage', () => {
    const forbidden = safeStorage(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const full = safeStorage(() => ({
      getItem: () => null,
      setItem() {
        throw new DOMException('full', 'QuotaExceededError');
      },
      removeItem: () => undefined,
    }));
    for (const storage of [forbidden, full]) {
      const store = createStore(storage);
      store.saveToken('https://a', '1', 'token');
      expect(store.resumeToken('https://a', '1')).toBe('token');
    }
  });

  it('is not fooled by what others wrote', () => {
    const tab = memoryStorage();
    tab.setItem('anteroom.seat:https://a:1', '{"person":"ada"');
    expect(createStore(tab).resumeToken('https://a', '1')).toBeNull();
  });
});

describe('codes', () => {
  it.each([
    [4501, 4004], [4502, 3009], [4503, null], [4504, 4001], [4506, 4019], [4507, 4001], [4508, 4004], [4509, 3009], [4999, 4001],
  ])('closing code %i is %s', (closeCode, code) => {
    expect(closeReason(closeCode).code).toBe(code);
  });

  it('distinguishes a meeting that reached its time limit from one that its host ended', () => {
    expect(errorDetails(4004, closeReason(4508).cause).remedy).toContain('time limit');
    expect(closeReason(4501).cause).toBe('ended_by_host');
  });

  it.each([
    [4501, 'The host has ended this meeting'], [4502, 'You were removed from this meeting'], [4504, 'You’ve been disconnected'], [4506, 'This app left the meeting'], [4508, 'This meeting has reached its time limit'], [4509, 'The host didn’t let you in'],
  ])('closing code %i is shown as: %s', (closeCode, title) => {
    const { code, cause } = closeReason(closeCode);
    expect(enUS[`ended.${endingOf({ errorCode: code ?? 0, cause }).key}.title`]).toBe(title);
  });

  it.each([
    [{ code: null, cause: 'taken_over' }, 5],
    [{ code: 3009, cause: 'removed_by_host' }, 6],
    [{ code: 3009, cause: 'not_admitted' }, 7],
    [{ code: 4004, cause: 'ended_by_host' }, 1],
    [{ code: 4004, cause: 'duration_limit' }, 0],
    [{ code: 4001, cause: 'network' }, 0],
  ])('%j leaves with reason %i', (ending, reason) => {
    expect(toLeaveReason(ending)).toBe(reason);
  });

  it.each([
    [1, 'FAIL', 'asset_blocked'], [200, 'FAIL', 'asset_blocked'], [2, 'MEETING_NOT_INIT', 'init_not_called'], [3005, 'ANOTHER_MEETING_RUNNING', 'other_meeting_in_page'],
    [3621, 'NO_RESPONSE_FROM_WEB', 'unreachable'], [4000, 'RE_CONNECTING', 'media_lost'], [4001, 'DISCONNECT', 'network'], [4001, 'DISCONNECT', 'server_gone'], [3621, 'NO_RESPONSE_FROM_WEB', 'websocket_blocked'], [1, 'FAIL', 'frame_policy'], [200, 'FAIL', 'csp_blocked'],
  ])('%i is %s, with a remedy for %s', (code, name, cause) => {
    const details = errorDetails(code, cause);
    expect(details).toMatchObject({ errorCode: code, name, cause, docs: `/docs/errors/${code}` });
    expect(details.errorMessage).not.toBe('');
    expect(details.remedy).not.toBe('');
  });
});

describe('the response to a join', () => {
  it.each([[null], ['x'], [[]], [{}], [{ errorCode: '0' }], [{ errorCode: 0 }], [{ errorCode: 0, participant: {}, meeting: {}, realtime: { url: '' } }]])('%j is none', (value) => {
    expect(parseJoinResponse(value)).toBeNull();
  });
});

describe('texts', () => {
  it('fills places, falls back to English and echoes what is unknown', () => {
    const texts = new Dictionaries();
    texts.addBase('en-US', { hello: 'Hello {name}, {name}!', bye: 'Bye' });
    texts.add('jp-JP', { bye: 'じゃあ' });
    texts.setLanguage('jp-JP');
    expect(texts.language).toBe('ja-JP');
    expect(texts.t('bye')).toBe('じゃあ');
    expect(texts.t('hello', { name: 'Ada' })).toBe('Hello Ada, Ada!');
    expect(texts.t('no.such.key')).toBe('no.such.key');
    texts.setLanguage('he-IL');
    expect(texts.direction).toBe('rtl');
  });

  it('counts the changes of its texts, so that a view that subscribes late misses none', () => {
    const texts = new Dictionaries();
    const before = texts.version;
    texts.addBase('de-DE', { bye: 'Tschüs' });
    expect(texts.version).not.toBe(before);
  });

  it('lets the texts of an app override those of the SDK', () => {
    const texts = new Dictionaries();
    texts.add('en-US', { bye: 'Ta-ta' });
    texts.addBase('en-US', { bye: 'Bye' });
    expect(texts.t('bye')).toBe('Ta-ta');
  });
});

describe('browsers', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'Chrome', '140.0.0.0'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0', 'Edge', '140.0.0.0'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox', '143.0'],
    ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15', 'Safari', '18.5'],
    ['curl', 'unknown', ''],
  ])('%s', (userAgent, name, version) => {
    expect(browserName(userAgent)).toEqual({ browserName: name, browserVersion: version });
  });
});
