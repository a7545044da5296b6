import { CallError } from './errors';
import { log } from './log';

/** Why a part of the contract is not there, in words for whoever calls it. */
export const unsupportedReasons = {
  telephony: 'phone and room system calls are not available',
  breakout: 'breakout rooms are not available',
  polls: 'polls and Q&A are not available',
  captions: 'transcription and translation are not available',
  recording: 'server-side recording and streaming are not available',
  farEnd: 'camera control is not available',
  electron: 'the browser selects the screen, not Electron',
  feedback: 'feedback after a meeting is not available',
  signing: 'sign on your own server, otherwise the secret becomes public',
  recordingToken: 'a host allows recording during the meeting; there are no recording tokens',
  apps: 'in-meeting apps are not available',
  invitePanel: 'there is no invitation panel; copy the invitation from the meeting information',
  nodes: 'there are no parent and child nodes: each page joins separately',
} as const;
export type UnsupportedReason = keyof typeof unsupportedReasons;

/**
 * Notes options that ask for what is not there. Switching such a part off asks
 * for what is so anyway, and is not worth a word.
 */
export function warnIgnoredOptions(call: string, options: Record<string, unknown>, ignored: Partial<Record<string, UnsupportedReason>>): void {
  for (const [name, reason] of Object.entries(ignored)) {
    const value = options[name];
    if (!reason || value == null || value === '' || value === name.startsWith('disable')) continue;
    log.warnOnce(`${call}: ${name} has no effect: ${unsupportedReasons[reason]}`);
  }
}

/** The refusal of a function of the contract that this SDK does not have. */
export function notSupported(method: string, reason: UnsupportedReason): CallError {
  const sentence = `${method} is not supported: ${unsupportedReasons[reason]}`;
  log.info(sentence);
  return new CallError('INVALID_OPERATION', sentence);
}
