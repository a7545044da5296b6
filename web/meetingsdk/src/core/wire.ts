/**
 * What pages and the server exchange; see docs/protocol. Responses are validated
 * here, so that the rest of the core can rely on their shape.
 */

import type { ChatMessage, Participant, ReactionName, Role, SessionInfo, ViewKind } from './model';
import type { ErrorDetails, FurtherFailure, ReasonStyle, RefusalExtras } from './errors';

/** Options of a join as the views hand them on; values are sent as the app gave them. */
export interface JoinOptions {
  meetingNumber?: unknown;
  userName?: unknown;
  signature?: unknown;
  password?: unknown;
  /** The option's name in the page: `passWord` or `password`. */
  passwordOption?: string;
  userEmail?: unknown;
  customerKey?: unknown;
  tk?: unknown;
  zak?: unknown;
  obfToken?: unknown;
  recordingToken?: unknown;
}

export interface JoinRequest extends JoinOptions {
  joinId: string;
  view: ViewKind;
  sdkVersion: string;
  deviceId: string;
  resumeToken?: string;
  /** The joinId with which this page began to wait for the host. */
  waitId?: string;
  /** Only checks what the join would return. */
  check?: true;
}

export interface Endpoint {
  url: string;
  token: string;
}

export interface Snapshot {
  revision: number;
  self: Participant;
  session: SessionInfo;
  participants: Participant[];
  /** The last participant's number, if others follow on another page. */
  moreAfter?: number;
  chat: ChatMessage[];
  /** Whether there are older messages than these. */
  moreChat?: boolean;
}

export interface Limits {
  capacity: number;
  /** Longest chat text, in characters. */
  chatLength: number;
  /** After how many seconds without a connection the page gives up. */
  reconnectSeconds: number;
}

export interface JoinAccepted {
  attemptId: string;
  state: 'joined' | 'waiting';
  participant: Participant;
  meeting: SessionInfo;
  snapshot: Snapshot | null;
  resumeToken: string;
  media: Endpoint | null;
  realtime: Endpoint;
  limits: Limits;
  warnings: string[];
  reasonStyle: ReasonStyle;
}

/** The response to a check that passed. */
export interface CheckPassed {
  /** Whether an earlier participant of this page would be taken over. */
  resumes: boolean;
  role: Role;
  meeting: { topic: string; webinar: boolean };
}

export type JoinResponse =
  | { admitted: true; accepted: JoinAccepted }
  | { admitted: false; passed: CheckPassed }
  | { admitted: false; details: ErrorDetails; extras: RefusalExtras };

export type ServerEvent =
  | { revision: number; type: 'participant.added'; data: Participant & RolesChange }
  | { revision: number; type: 'participant.updated'; data: Partial<Participant> & { userId: number } }
  | { revision: number; type: 'participants.updated'; data: RolesChange }
  | { revision: number; type: 'participant.removed'; data: { userId: number; reason: string } & RolesChange }
  | { revision: number; type: 'session.updated'; data: Partial<SessionInfo> }
  | { revision: number; type: 'session.refresh'; data: object }
  | { revision: number; type: 'session.ended'; data: { reason: string } }
  | { revision: number; type: 'chat.message'; data: ChatMessage }
  | { revision: number; type: 'seat.admitted' | 'seat.held'; data: object }
  | { revision: number; type: 'seat.muted' | 'seat.unmute_requested' | 'seat.share_stopped'; data: { byUserId: number } }
  | { revision: number; type: 'seat.reacted'; data: { userId: number; reaction: ReactionName } }
  | { revision: number; type: 'chat.deleted'; data: { id: string } }
  | { revision: number; type: 'capture.requested'; data: { userId: number } }
  | { revision: number; type: 'capture.answered'; data: { allowed: boolean } };

/** A new host, and the roles that change with it: one event, so that there is no state with two hosts. */
interface RolesChange {
  participants?: (Partial<Participant> & { userId: number })[];
  /** Missing where the host stays the same. */
  hostUserId?: number | null;
}

type Fields = Record<string, unknown>;

const roles: readonly Role[] = ['host', 'cohost', 'panelist', 'attendee'];

/** Reads a value as an object with unknown fields. */
export function asRecord(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

const toText = (value: unknown): string => (typeof value === 'string' ? value : '');
const positiveOr = (value: unknown, fallback: number): number => (typeof value === 'number' && value > 0 ? value : fallback);

const parseReasonStyle = (value: unknown): ReasonStyle => (value === 'sentence' ? 'sentence' : 'name');

function parseEndpoint(value: unknown): Endpoint | null {
  const fields = asRecord(value);
  return fields && toText(fields.url) && toText(fields.token) ? { url: toText(fields.url), token: toText(fields.token) } : null;
}

/** Parses a snapshot; null if it is invalid. */
export function parseSnapshot(value: unknown): Snapshot | null {
  const fields = asRecord(value);
  if (!fields || typeof fields.revision !== 'number' || !asRecord(fields.self) || !asRecord(fields.session)) return null;
  if (!Array.isArray(fields.participants)) return null;
  return { ...(fields as unknown as Snapshot), chat: Array.isArray(fields.chat) ? (fields.chat as ChatMessage[]) : [] };
}

/** Parses a page of older messages; empty if it is invalid. */
export function parseChatPage(value: unknown): { chat: ChatMessage[]; more: boolean } {
  const fields = asRecord(value);
  return { chat: Array.isArray(fields?.chat) ? (fields.chat as ChatMessage[]) : [], more: fields?.more === true };
}

/** Parses the response of `POST /sdk/v1/join`; null if it is not from an Anteroom server. */
export function parseJoinResponse(value: unknown): JoinResponse | null {
  const fields = asRecord(value);
  if (!fields || typeof fields.errorCode !== 'number') return null;
  if (fields.errorCode !== 0) return parseRefusal(fields, fields.errorCode);
  return fields.state === 'checked' ? parseCheckPassed(fields) : parseAccepted(fields);
}

function parseCheckPassed(fields: Fields): JoinResponse {
  const meeting = asRecord(fields.meeting);
  return {
    admitted: false,
    passed: {
      resumes: fields.resumes === true,
      role: roles.find((role) => role === fields.role) ?? 'attendee',
      meeting: { topic: toText(meeting?.topic), webinar: meeting?.webinar === true },
    },
  };
}

function parseAccepted(fields: Fields): JoinResponse | null {
  const participant = asRecord(fields.participant);
  const meeting = asRecord(fields.meeting);
  const realtime = parseEndpoint(fields.realtime);
  if (!participant || !meeting || !realtime) return null;
  const limits = asRecord(fields.limits) ?? {};
  return {
    admitted: true,
    accepted: {
      attemptId: toText(fields.attemptId),
      state: fields.state === 'waiting' ? 'waiting' : 'joined',
      participant: participant as unknown as Participant,
      meeting: meeting as unknown as SessionInfo,
      snapshot: parseSnapshot(fields.snapshot),
      resumeToken: toText(fields.resumeToken),
      media: parseEndpoint(fields.media),
      realtime,
      limits: {
        capacity: positiveOr(limits.capacity, 0),
        chatLength: positiveOr(limits.chatLength, 4096),
        reconnectSeconds: positiveOr(limits.reconnectSeconds, 60),
      },
      warnings: Array.isArray(fields.warnings) ? fields.warnings.filter((w): w is string => typeof w === 'string') : [],
      reasonStyle: parseReasonStyle(fields.reasonStyle),
    },
  };
}

function parseRefusal(fields: Fields, errorCode: number): JoinResponse {
  const extras: RefusalExtras = { reasonStyle: parseReasonStyle(fields.reasonStyle) };
  const result = asRecord(fields.result);
  if (result) extras.result = { topic: toText(result.topic), scheduleTime: toText(result.scheduleTime) || null, webinar: result.webinar === true };
  if (extras.result && toText(result?.meetingNumber)) extras.result.meetingNumber = toText(result?.meetingNumber);
  if (typeof fields.evidence === 'string') extras.evidence = fields.evidence;
  if (Array.isArray(fields.alsoFailing)) extras.alsoFailing = fields.alsoFailing as FurtherFailure[];
  return {
    admitted: false,
    details: {
      errorCode,
      name: toText(fields.name),
      errorMessage: toText(fields.errorMessage),
      cause: toText(fields.cause),
      remedy: toText(fields.remedy),
      retryable: fields.retryable === true,
      retryAfter: typeof fields.retryAfter === 'number' ? fields.retryAfter : null,
      attemptId: toText(fields.attemptId) || null,
      docs: toText(fields.docs) || null,
    },
    extras,
  };
}

/** Parses the response of `POST /sdk/v1/media`. */
export function parseMediaResponse(value: unknown): Endpoint | null {
  return parseEndpoint(asRecord(value)?.media);
}

/** Parses one event of the control channel; null if it is invalid. */
export function parseEvent(value: unknown): ServerEvent | null {
  const fields = asRecord(value);
  if (!fields || typeof fields.type !== 'string') return null;
  const revision = typeof fields.revision === 'number' ? fields.revision : 0;
  return { revision, type: fields.type, data: asRecord(fields.data) ?? {} } as ServerEvent;
}
