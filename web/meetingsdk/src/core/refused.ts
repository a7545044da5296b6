import { CallError } from './errors';
import { log } from './log';

/** Why a part of the contract is not there, in words for whoever calls it. */
export const reasons = {
  telephony: 'there is no telephony, and room systems are not called',
  breakout: 'there are no breakout rooms',
  polls: 'there are no polls and no questions and answers',
  captions: 'speech is not transcribed or translated',
  recording: 'meetings are not recorded or streamed by the server',
  farEnd: 'cameras are not steered, neither those of others nor the own one',
  electron: 'screens are picked by the browser, not by Electron',
  feedback: 'nobody is asked for feedback after a meeting',
  signing: 'a signature is made by your own server, or the secret is public',
  recordingToken: 'a host allows recording inside the meeting; no token does',
  apps: 'there are no apps inside the meeting',
  invitePanel: 'invitations are copied from the meeting information; they have no panel of their own',
  nodes: 'there are no parent and child nodes: each page joins by itself',
} as const;
export type Reason = keyof typeof reasons;

/**
 * Notes options that ask for what is not there. Switching such a part off asks
 * for what is so anyway, and is not worth a word.
 */
export function noteIdleOptions(call: string, options: Record<string, unknown>, idle: Partial<Record<string, Reason>>): void {
  for (const [name, reason] of Object.entries(idle)) {
    const value = options[name];
    if (!reason || value == null || value === '' || value === name.startsWith('disable')) continue;
    log.noteOnce(`${call}: ${name} has no effect: ${reasons[reason]}`);
  }
}

/** The refusal of a function of the contract that this SDK does not have. */
export function notSupported(method: string, reason: Reason): CallError {
  const sentence = `${method} is not supported: ${reasons[reason]}`;
  log.info(sentence);
  return new CallError('INVALID_OPERATION', sentence);
}
