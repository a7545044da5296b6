import type { JoinOptions } from '../core/wire';
import type { ViewOptions } from '../core/model';
import { pageLocation, templateOption } from '../core/page-url';
import type { UnsupportedReason } from '../core/unsupported';
import { log } from '../core/log';
import { warnUnknownOptions } from '../core/option-names';
import { asRecord } from '../core/wire';

const viewTypes = ['minimized', 'speaker', 'ribbon', 'gallery', 'active'] as const;
export type ViewType = (typeof viewTypes)[number];

/** Reads a layout's name; null if none was found of that name. */
export function viewTypeOf(value: unknown): ViewType | null {
  return viewTypes.find((type) => type === value) ?? null;
}

/** Options of `init` that are supported; `reasonStyle`, `isShowJoiningErrorDialog` and `keepEndedPage` are our own. */
export const supportedInitOptions = ['debug', 'zoomAppRoot', 'webEndpoint', 'language', 'customize', 'maximumVideosInGalleryView', 'leaveOnPageUnload', 'reasonStyle', 'isShowJoiningErrorDialog', 'keepEndedPage'] as const;

/** Options of `init` that are accepted without effect: files come from where the SDK came from, and there are no hotfixes to load. */
export const acceptedInitOptions = ['assetPath', 'enforceVirtualBackground', 'patchJsMedia'] as const;

/** Branches of `customize` that are supported. */
export const supportedCustomize = [
  'customize.toolbar.buttons', 'customize.meetingInfo', 'customize.inviteUrlFormat', 'customize.participants.popper', 'customize.setting.popper',
  'customize.chat.notificationCls', 'customize.chat.popper', 'customize.meeting.popper', 'customize.video', 'customize.video.popper', 'customize.video.isResizable',
  'customize.video.viewSizes.ribbon', 'customize.video.viewSizes.default', 'customize.video.defaultViewType', 'customize.sharing.options.hideShareAudioOption',
] as const;

/** Branches that place unsupported elements, and why. */
export const ignoredCustomize = { 'customize.callMe.popper': 'telephony', 'customize.invite.popper': 'invitePanel', 'customize.activeApps.popper': 'apps' } as const satisfies Record<string, UnsupportedReason>;

/** The branches of `customize` that an app gave, each by its path. */
export function customizeBranches(customize: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(customize).map(([name, branch]) => [`customize.${name}.popper`, asRecord(branch)?.popper]));
}

/** The first names below `customize`. */
export const customizeNames = ['toolbar', 'meetingInfo', 'inviteUrlFormat', 'participants', 'setting', 'invite', 'callMe', 'chat', 'meeting', 'activeApps', 'video', 'sharing'] as const;

const videoNames = ['popper', 'isResizable', 'viewSizes', 'defaultViewType'] as const;
const kinds = ['default', 'ribbon'] as const;
const sides = ['width', 'height'] as const;
export type ViewSizes = Partial<Record<(typeof kinds)[number], Partial<Record<(typeof sides)[number], number>>>>;

/**
 * Reads `customize.video` of an app: sizes become numbers, each side counts by
 * itself, and a value that is not a size causes one warning.
 */
export function videoOptionsOf(call: string, value: unknown): Record<string, unknown> & { viewSizes?: ViewSizes } {
  if (value == null) return {};
  const video = asRecord(value);
  const warnInvalid = (name: string, given: unknown, expected: string): void => log.warnOnce(`${call}: ${name} is ${describe(given)}, not ${expected}; it is ignored`);
  if (!video) {
    warnInvalid('customize.video', value, 'an object');
    return {};
  }
  warnUnknownOptions('customize.video', video, videoNames);
  const { viewSizes: given, ...rest } = video;
  if (given == null) return rest;
  const viewSizes: ViewSizes = {};
  const name = 'customize.video.viewSizes';
  const all = asRecord(given);
  if (!all) warnInvalid(name, given, 'an object');
  warnUnknownOptions(name, all ?? {}, kinds);
  for (const kind of kinds) {
    if (all?.[kind] == null) continue;
    const size = asRecord(all[kind]);
    if (!size) warnInvalid(`${name}.${kind}`, all[kind], 'an object with width, height or both');
    for (const side of sides) {
      const length = size?.[side];
      if (length == null) continue;
      const pixels = typeof length === 'string' && /^\s*\d+(?:\.\d+)?(?:px)?\s*$/i.test(length) ? Number.parseFloat(length) : length;
      if (typeof pixels === 'number' && pixels >= 100 && pixels <= 10_000) (viewSizes[kind] ??= {})[side] = pixels;
      else warnInvalid(`${name}.${kind}.${side}`, length, 'a length of 100 to 10000 pixels');
    }
  }
  return { ...rest, viewSizes };
}

/** Merges later video options: one size, or one side of it, may be set without resetting the others. */
export function mergedVideo(before: Record<string, unknown>, later: Record<string, unknown>): Record<string, unknown> {
  const video: Record<string, unknown> = { ...before, ...later };
  const both = (name: string): Record<string, unknown>[] => [before, later].map((one) => asRecord(one[name]) ?? {});
  if (asRecord(later.popper)) video.popper = Object.assign({}, ...both('popper'));
  if (asRecord(later.viewSizes)) {
    const [old, own] = both('viewSizes') as [ViewSizes, ViewSizes];
    video.viewSizes = Object.fromEntries(kinds.filter((kind) => old[kind] ?? own[kind]).map((kind) => [kind, { ...old[kind], ...own[kind] }]));
  }
  return video;
}

/** A short description of an app's value for the console. */
function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 64);
}

/** Options of `join`; `sdkKey` repeats what the signature contains. */
export const joinOptionNames = [
  'sdkKey', 'signature', 'meetingNumber', 'password', 'userName', 'userEmail', 'customerKey', 'tk', 'zak', 'obfToken', 'recordingToken', 'success', 'error',
] as const;

/** The options of `init` that the view supports. */
export function viewOptionsOf(args: Record<string, unknown>): Partial<ViewOptions> {
  const customize = asRecord(args.customize) ?? {};
  const video = videoOptionsOf('init', customize.video);
  const options: Partial<ViewOptions> = { customize: { ...customize, video } };
  const defaultView = viewTypeOf(video.defaultViewType);
  if (defaultView) options.defaultView = defaultView;
  else if (video.defaultViewType != null) log.warnOnce(`init: customize.video.defaultViewType is ${describe(video.defaultViewType)}, not one of ${viewTypes.join(', ')}; the usual layout is shown`);
  if (Array.isArray(customize.meetingInfo)) options.meetingInfo = customize.meetingInfo.filter((item): item is string => typeof item === 'string');
  options.hideShareAudioOption = asRecord(asRecord(customize.sharing)?.options)?.hideShareAudioOption === true;
  options.inviteUrlFormat = templateOption('customize.inviteUrlFormat', customize.inviteUrlFormat, pageLocation(), 'invitations have no link');
  options.showJoiningErrorDialog = args.isShowJoiningErrorDialog !== false;
  options.keepEndedPage = args.keepEndedPage === true;
  const max = args.maximumVideosInGalleryView;
  if (typeof max === 'number' && max >= 1) options.maximumVideosInGalleryView = Math.min(Math.floor(max), 25);
  return options;
}

/** The options of `join` as the server reads them. Client View's spelling of the passcode is passed on under its name. */
export function joinOptionsOf(value: unknown): JoinOptions {
  const args = asRecord(value) ?? {};
  const options: JoinOptions = {
    meetingNumber: args.meetingNumber,
    userName: args.userName,
    signature: args.signature,
    userEmail: args.userEmail,
    customerKey: args.customerKey,
    tk: args.tk,
    zak: args.zak,
    obfToken: args.obfToken,
    recordingToken: args.recordingToken,
  };
  for (const name of ['password', 'passWord'] as const) {
    if (args[name] == null || args[name] === '') continue;
    options.password = args[name];
    options.passwordOption = name;
    break;
  }
  return options;
}
