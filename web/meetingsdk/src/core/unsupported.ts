import { CallError } from './errors';
import { log } from './log';

/** Why a part of the contract is not supported, for developers. */
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
 * Warns of options that have no effect because the feature is not supported. An
 * option that switches such a feature off needs no warning.
 */
export function warnIgnoredOptions(call: string, options: Record<string, unknown>, ignored: Partial<Record<string, UnsupportedReason>>): void {
  for (const [name, reason] of Object.entries(ignored)) {
    const value = options[name];
    if (!reason || value == null || value === '' || value === name.startsWith('disable')) continue;
    log.warnOnce(`${call}: ${name} has no effect: ${unsupportedReasons[reason]}`);
  }
}

/** The error of a function of the contract that this SDK does not support. */
export function notSupported(method: string, reason: UnsupportedReason): CallError {
  const sentence = `${method} is not supported: ${unsupportedReasons[reason]}`;
  log.info(sentence);
  return new CallError('INVALID_OPERATION', sentence);
}
