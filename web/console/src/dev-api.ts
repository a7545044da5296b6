/** The developer's API, as far as these pages use it. */

export interface World {
  meetings: { number: string; topic: string; type: string; password: string; host: string; account: string }[];
  defaults: { sdkKey: string; sdkSecret: string; meetingNumber: string; password: string; hostEmail: string };
}

async function call<T>(path: string, body?: unknown): Promise<T> {
  const init: RequestInit = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(`${path} returned ${response.status}`);
  return (await response.json()) as T;
}

export const fetchWorld = () => call<World>('/dev/v1/world');

/** What a page needs to join as its address asks. */
export interface JoinParams {
  meetingNumber: string;
  userName: string;
  userEmail: string;
  password: string;
  signature: string;
  sdkKey: string;
  zak: string;
}

/** Reads name, email, meeting, passcode and role from the address, and signs. */
export async function loadJoinParams(): Promise<JoinParams> {
  const asked = new URLSearchParams(location.search);
  const all = await fetchWorld();
  const meetingNumber = asked.get('meeting') ?? all.defaults.meetingNumber;
  const role = asked.get('role') === '1' ? 1 : 0;
  const signed = await call<{ signature: string; sdkKey: string }>('/dev/v1/signature', { meetingNumber, role });
  let zak = '';
  if (role === 1) {
    const host = all.meetings.find((m) => m.number === meetingNumber)?.host ?? all.defaults.hostEmail;
    zak = (await call<{ token: string }>('/dev/v1/tokens', { kind: 'zak', user: host })).token;
  }
  return {
    meetingNumber,
    userName: asked.get('name') ?? 'Guest',
    // A host's ZAK has the host's own.
    userEmail: role === 1 ? '' : (asked.get('email') ?? ''),
    password: asked.get('password') ?? '',
    signature: signed.signature,
    sdkKey: signed.sdkKey,
    zak,
  };
}

export function showError(what: unknown): void {
  const place = document.getElementById('trouble');
  if (!place) return;
  const text = what instanceof Error ? what.message : typeof what === 'object' && what !== null && 'errorMessage' in what ? String(what.errorMessage) : String(what);
  const code = typeof what === 'object' && what !== null && 'errorCode' in what ? `${String(what.errorCode)}: ` : '';
  place.textContent = code + text;
  place.hidden = false;
}
