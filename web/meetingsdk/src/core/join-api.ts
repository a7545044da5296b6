import type { Clock } from './clock';
import { delay } from './clock';
import { pageError } from './catalogue';
import type { SDKError } from './errors';
import type { BlockerDetector } from './blockers';
import type { Endpoint, JoinResponse, JoinRequest } from './wire';
import { parseJoinResponse, parseMediaResponse } from './wire';

/** How long a join may take altogether, retries included. */
export const joinTimeout = 15_000;
/** How long one try may take before it is repeated under the same joinId. */
const tryTimeout = 6_000;
/** How long a permission prompt of the browser may stay open. */
const promptTimeout = 60_000;
/** How long the final reachability check may take. */
const reachabilityTimeout = 2_500;
const firstBackoff = 300;
const maxBackoff = 3_000;
/** Statuses of proxies whose server is briefly unavailable. */
const transientStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The outcome of a request: a response of the server, an immediate failure, or no response. */
export type Reachability = 'answered' | 'refused' | 'silent' | 'offline';

/** The server's join API: join, leave and new media tokens. */
export interface JoinApi {
  /**
   * Resolves to the server's response; rejects with 3621 if there was none.
   * Aborting stops the retries, not a request that was sent: if it is admitted, the
   * page has to leave again.
   */
  join(request: JoinRequest, signal: AbortSignal): Promise<JoinResponse>;
  /** Leaves. Never rejects. */
  leave(resumeToken: string): Promise<void>;
  /** Leaves while the page is being unloaded. */
  leaveOnUnload(resumeToken: string): void;
  /** Notifies the server that the page is being unloaded; a reload resumes the participant. */
  notifyUnload(resumeToken: string): void;
  /** A new media token of a participant in the meeting; null if there is none now. */
  media(resumeToken: string): Promise<Endpoint | null>;
  /** Checks how far a request gets now. Never rejects. */
  checkReachability(resumeToken: string): Promise<Reachability>;
}

export interface HttpOptions {
  server: string;
  clock: Clock;
  fetch: Fetch;
  online: () => boolean;
  blockerDetector: BlockerDetector;
  beacon?: (url: string, body: string) => boolean;
}

type TryResult = { response: JoinResponse } | { failed: 'timeout' | 'unreachable'; final: boolean; evidence: string };

/** Calls the server's `/sdk/v1` paths. */
export class HttpJoinApi implements JoinApi {
  constructor(private readonly options: HttpOptions) {}

  async join(request: JoinRequest, signal: AbortSignal): Promise<JoinResponse> {
    const { clock } = this.options;
    const body = JSON.stringify(request);
    let deadline = clock.now() + joinTimeout;
    let backoff = firstBackoff;
    let last: Extract<TryResult, { failed: string }> = { failed: 'timeout', final: false, evidence: 'no response' };
    for (;;) {
      const remaining = deadline - clock.now();
      if (remaining <= 0 || signal.aborted) throw this.unreachableError(last);
      const began = clock.now();
      const outcome = await this.tryJoin(body, Math.min(remaining, tryTimeout));
      if ('response' in outcome) return outcome.response;
      last = outcome;
      if (outcome.final) throw this.unreachableError(last);
      if (last.failed === 'unreachable') {
        // What the browser blocks now it would block again.
        const blocker = await this.options.blockerDetector.find(this.options.server);
        if (blocker) throw pageError(3621, blocker.cause, blocker.evidence);
      }
      // The time that a permission prompt was open does not count.
      deadline += Math.max(0, clock.now() - began - tryTimeout);
      await delay(clock, Math.min(backoff * (1 + Math.random() * 0.4), Math.max(deadline - clock.now(), 0)), signal);
      backoff = Math.min(backoff * 2, maxBackoff);
    }
  }

  async leave(resumeToken: string): Promise<void> {
    const { clock, fetch, server } = this.options;
    const request = fetch(`${server}/sdk/v1/leave`, { method: 'POST', body: JSON.stringify({ resumeToken }), keepalive: true });
    const limit = new AbortController();
    // A lost request costs nothing but time: the participant's lease expires.
    await Promise.race([request.then(() => undefined, () => undefined), delay(clock, 3_000, limit.signal)]);
    limit.abort();
  }

  leaveOnUnload(resumeToken: string): void {
    const body = JSON.stringify({ resumeToken });
    if (!this.options.beacon?.(`${this.options.server}/sdk/v1/leave`, body)) void this.leave(resumeToken);
  }

  notifyUnload(resumeToken: string): void {
    const url = `${this.options.server}/sdk/v1/goodbye`;
    const body = JSON.stringify({ resumeToken });
    if (this.options.beacon?.(url, body)) return;
    this.options.fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit' }).catch(() => undefined);
  }

  async media(resumeToken: string): Promise<Endpoint | null> {
    const limit = new AbortController();
    const cancel = this.options.clock.after(tryTimeout, () => limit.abort());
    try {
      const response = await this.post('/sdk/v1/media', JSON.stringify({ resumeToken }), limit.signal);
      return response.ok ? parseMediaResponse(await response.json()) : null;
    } catch {
      return null;
    } finally {
      cancel();
    }
  }

  async checkReachability(resumeToken: string): Promise<Reachability> {
    if (!this.options.online()) return 'offline';
    const limit = new AbortController();
    const cancel = this.options.clock.after(reachabilityTimeout, () => limit.abort());
    try {
      const response = await this.post('/sdk/v1/media', JSON.stringify({ resumeToken }), limit.signal);
      // A proxy has responded, not the server.
      return transientStatuses.has(response.status) ? 'refused' : 'answered';
    } catch {
      return limit.signal.aborted ? 'silent' : 'refused';
    } finally {
      cancel();
    }
  }

  private async tryJoin(body: string, ms: number): Promise<TryResult> {
    const { clock, blockerDetector, server } = this.options;
    const limit = new AbortController();
    const latest = clock.now() + promptTimeout;
    let done = false;
    const expire = async (): Promise<void> => {
      const prompting = clock.now() < latest && (await blockerDetector.isPrompting(server));
      if (done) return;
      if (prompting) cancel = clock.after(1_000, () => void expire());
      else limit.abort();
    };
    let cancel = clock.after(ms, () => void expire());
    const timedOut = new Promise<never>((_, reject) => {
      limit.signal.addEventListener('abort', () => reject(new Error('no response in time')), { once: true });
    });
    try {
      return await Promise.race([this.readJoin(body, limit.signal), timedOut]);
    } catch (error) {
      if (limit.signal.aborted) return { failed: 'timeout', final: false, evidence: 'the request timed out' };
      return { failed: 'unreachable', final: false, evidence: error instanceof Error ? error.message : String(error) };
    } finally {
      done = true;
      cancel();
    }
  }

  private async readJoin(body: string, signal: AbortSignal): Promise<TryResult> {
    const response = await this.post('/sdk/v1/join', body, signal);
    const text = await response.text();
    const joinResponse = parseJoinResponse(parseJSON(text));
    if (joinResponse) return { response: joinResponse };
    return {
      failed: 'unreachable',
      final: !transientStatuses.has(response.status),
      evidence: `HTTP ${response.status} without a response from an Anteroom server`,
    };
  }

  private post(path: string, body: string, signal: AbortSignal): Promise<Response> {
    // Refusals have status 200: browsers log every other status as an error of the page.
    return this.options.fetch(`${this.options.server}${path}?status=200`, {
      method: 'POST',
      // Not as JSON, which would need a CORS preflight request.
      headers: { 'Content-Type': 'text/plain' },
      body,
      signal,
      credentials: 'omit',
      cache: 'no-store',
    });
  }

  private unreachableError(last: Extract<TryResult, { failed: string }>): SDKError {
    const cause = this.options.online() ? last.failed : 'offline';
    return pageError(3621, cause, `${this.options.server}: ${last.evidence}`);
  }
}

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
