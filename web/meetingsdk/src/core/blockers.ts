import { delay, realClock } from './clock';

/** Why the browser blocks requests of this page to a server that may be up. */
export interface Blocker {
  cause: 'csp_blocked' | 'mixed_content' | 'local_network_blocked';
  /** What was seen, for the developer. */
  evidence: string;
}

/** Detects why the browser blocks requests. */
export interface BlockerDetector {
  /** Called after a request or a socket to the address failed; null if nothing is known. */
  find(address: string): Promise<Blocker | null>;
  /** The policy of this page that has just blocked a file of the SDK, else null. */
  findBlockedFile(): Promise<string | null>;
  /** Whether the browser is prompting the user for permission to reach that address. */
  isPrompting(address: string): Promise<boolean>;
}

/** The names of the permission in browsers, newer ones first. */
const permissionNames = { loopback: ['loopback-network', 'local-network-access'], local: ['local-network', 'local-network-access'], public: ['local-network-access', 'local-network'] };

type AddressSpace = keyof typeof permissionNames;
const rank: Record<AddressSpace, number> = { public: 0, local: 1, loopback: 2 };

/** The address space of a host, judging by its name: a DNS name may resolve to any address and counts as public. */
export function addressSpaceOf(host: string): AddressSpace {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (/^(.+\.)?localhost$|^127\.|^::1$/.test(name)) return 'loopback';
  if (/^10\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(name)) return 'local';
  if (/^f[cd][0-9a-f]{2}:|^fe[89ab][0-9a-f]:/.test(name)) return 'local';
  return /\.(local|lan|internal|home\.arpa)$/.test(name) || !/[.:]/.test(name) ? 'local' : 'public';
}

/** Violation events arrive shortly after the request has failed. */
const reportDelay = 50;
const maxReports = 20;

interface Report {
  directive: string;
  uri: string;
}

/** Detects blockers in the browser. Listens to policy violations from the first call on. */
export function createBlockerDetector(scope: Partial<typeof globalThis> = globalThis): BlockerDetector {
  const reports: Report[] = [];
  scope.document?.addEventListener?.('securitypolicyviolation', (event) => {
    if (event.disposition === 'report') return;
    reports.push({ directive: event.effectiveDirective, uri: event.blockedURI });
    if (reports.length > maxReports) reports.shift();
  });
  const permission = async (address: string): Promise<PermissionState | null> => {
    for (const name of permissionNames[addressSpaceOf(hostOf(address))]) {
      try {
        const status = await scope.navigator?.permissions?.query({ name: name as PermissionName });
        if (status) return status.state;
      } catch {
        // This browser has no permission of that name.
      }
    }
    return null;
  };
  const isMorePrivate = (address: string): boolean => rank[addressSpaceOf(hostOf(address))] > rank[addressSpaceOf(scope.location?.hostname ?? '')];
  return {
    async find(address) {
      await delay(realClock, reportDelay);
      const host = hostOf(address, true);
      const report = reports.find(({ directive, uri }) => directive === 'connect-src' && hostOf(uri, true) === host);
      if (report) return { cause: 'csp_blocked', evidence: `${report.directive} of the page's Content-Security-Policy does not list ${report.uri}` };
      const secure = scope.location?.protocol === 'https:';
      if (secure && /^(http|ws):/.test(address) && addressSpaceOf(hostOf(address)) !== 'loopback') {
        return { cause: 'mixed_content', evidence: `the page was loaded over HTTPS, but the server's address is ${address}` };
      }
      const state = isMorePrivate(address) ? await permission(address) : null;
      if (state === 'denied' || state === 'prompt') {
        return {
          cause: 'local_network_blocked',
          evidence: `${address} is on the local network of this device, and the browser's permission for it is “${state}”`,
        };
      }
      return null;
    },
    async findBlockedFile() {
      await delay(realClock, reportDelay);
      const report = [...reports].reverse().find(({ directive }) => /^(script|worker|child|default)-src/.test(directive));
      return report ? `${report.directive} of the page's Content-Security-Policy does not list ${report.uri}` : null;
    },
    isPrompting: async (address) => isMorePrivate(address) && (await permission(address)) === 'prompt',
  };
}

function hostOf(address: string, withPort = false): string {
  try {
    const url = new URL(address.replace(/^ws/, 'http'));
    return withPort ? url.host : url.hostname;
  } catch {
    return '';
  }
}
