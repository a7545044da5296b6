import { CallError } from './errors';
import type { Meeting } from './meeting';
import type { CaptureStatus } from './model';

/** How long a request to record waits for a host's response. */
const responseTimeout = 10_000;

/** Asks the hosts for permission to record; no response counts as a refusal. */
export async function requestCapture(meeting: Meeting): Promise<void> {
  const room = meeting.requireConnected();
  const { events, deps } = meeting;
  let responded = false;
  const stop = events.on('capturePermission', () => (responded = true));
  try {
    await room.command('capture.request');
  } catch (error) {
    stop();
    throw error;
  }
  deps.clock.after(responseTimeout, () => {
    stop();
    if (!responded && meeting.room === room) events.emit('capturePermission', { allowed: false });
  });
}

const statusCodes = { off: 0, on: 1, paused: 2 } as const;

/** The number of a status, the same in both views. */
export const captureStatusCode = (status: CaptureStatus): 0 | 1 | 2 => statusCodes[status];

/** Parses a status: a string of Client View or a number of Component View. */
export function parseCaptureStatus(value: unknown): CaptureStatus {
  const known: Record<string, CaptureStatus> = { start: 'on', pause: 'paused', stop: 'off', 0: 'off', 1: 'on', 2: 'paused' };
  const status = typeof value === 'string' || typeof value === 'number' ? known[String(value)] : undefined;
  if (!status) throw new CallError('INVALID_PARAMETERS', 'record: start, pause or stop');
  return status;
}
