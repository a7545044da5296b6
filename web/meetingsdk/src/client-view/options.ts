import type { JoinOptions } from '../core/wire';
import type { ViewOptions } from '../core/model';
import { pageOption, pageLocation, templateOption } from '../core/page-url';
import type { UnsupportedReason } from '../core/unsupported';
import { asRecord } from '../core/wire';

const flag = (value: unknown, otherwise: boolean): boolean => (typeof value === 'boolean' ? value : otherwise);

/** Options of `init` that have no effect, and why. */
export const ignoredInitOptions = {
  disableCallOut: 'telephony',
  disableZoomPhone: 'telephony',
  onInviteSearchZoomPhoneCallback: 'telephony',
  disableRecord: 'recording',
  isSupportQA: 'polls',
  isSupportPolling: 'polls',
  isSupportCC: 'captions',
  isSupportBreakout: 'breakout',
  disableReport: 'feedback',
} as const satisfies Record<string, UnsupportedReason>;

/** Options of `init` that are accepted without effect: there are no hotfixes to load, no logo, no login popup. */
export const acceptedInitOptions = ['patchJsMedia', 'disableCORP', 'disableZoomLogo', 'loginWindow', 'helper', 'isSupportSimulive'] as const;

/** Options of `init` that are supported. */
export const supportedInitOptions = [
  'debug', 'leaveUrl', 'webEndpoint', 'isShowJoiningErrorDialog', 'disablePreview', 'onRetryCallback', 'leaveOnPageUnload', 'success', 'error', 'disableJoinAudio',
  'audioPanelAlwaysOpen', 'isSupportAV', 'disableVoIP', 'videoDrag', 'videoHeader', 'enableHD', 'enableFullHD', 'defaultView', 'disablePictureInPicture', 'showPureSharingContent', 'screenShare',
  'sharingMode', 'hideShareAudioOption', 'isSupportChat', 'enableWaitingRoomPreview', 'isSupportNonverbal', 'showMeetingHeader', 'disableInvite', 'isLockBottom', 'inviteUrlFormat', 'meetingInfo',
  'externalLinkPage',
] as const;

/** Options of `join` that have no effect, and why. */
export const ignoredJoinOptions = { childToken: 'nodes', recordingToken: 'recordingToken' } as const satisfies Record<string, UnsupportedReason>;

/** Options of `join`; `sdkKey`, `apiKey` and `role` repeat what the signature contains. */
export const joinOptionNames = [
  'meetingNumber', 'userName', 'userEmail', 'passWord', 'customerKey', 'tk', 'zak', 'sdkKey', 'signature', 'recordingToken', 'childToken', 'obfToken', 'success', 'error', 'apiKey', 'role',
] as const;

/** The options of `init` that the view supports. */
export function viewOptionsOf(args: Record<string, unknown>): Partial<ViewOptions> {
  const options: Partial<ViewOptions> = {
    showMeetingHeader: flag(args.showMeetingHeader, true),
    isSupportAV: flag(args.isSupportAV, true),
    isSupportChat: flag(args.isSupportChat, true),
    screenShare: flag(args.screenShare, true),
    disableInvite: flag(args.disableInvite, false),
    videoDrag: flag(args.videoDrag, true),
    videoHeader: flag(args.videoHeader, true),
    showJoiningErrorDialog: flag(args.isShowJoiningErrorDialog, true),
    disablePreview: flag(args.disablePreview, false),
    disableJoinAudio: flag(args.disableJoinAudio, false) || flag(args.disableVoIP, false),
    audioPanelAlwaysOpen: flag(args.audioPanelAlwaysOpen, false),
    isLockBottom: flag(args.isLockBottom, true),
    isSupportNonverbal: flag(args.isSupportNonverbal, true),
    showPureSharingContent: flag(args.showPureSharingContent, false),
    sharingMode: args.sharingMode === 'fit' ? 'fit' : 'both',
    hideShareAudioOption: flag(args.hideShareAudioOption, false),
    disablePictureInPicture: flag(args.disablePictureInPicture, false),
    enableWaitingRoomPreview: flag(args.enableWaitingRoomPreview, true),
    inviteUrlFormat: templateOption('inviteUrlFormat', args.inviteUrlFormat, pageLocation(), 'invitations have no link'),
    externalLinkPage: pageOption('externalLinkPage', args.externalLinkPage, pageLocation(), 'links in chats are opened directly') ?? '',
  };
  if (args.defaultView === 'gallery' || args.defaultView === 'speaker' || args.defaultView === 'multiSpeaker') options.defaultView = args.defaultView;
  if (Array.isArray(args.meetingInfo)) options.meetingInfo = args.meetingInfo.filter((item): item is string => typeof item === 'string');
  return options;
}

/**
 * The options of `join` as the server reads them. The passcode's option is
 * spelt `passWord` here; the other spelling is passed on under its name, so
 * that the server can report what is wrong with it.
 */
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
  for (const name of ['passWord', 'password'] as const) {
    if (args[name] == null || args[name] === '') continue;
    options.password = args[name];
    options.passwordOption = name;
    break;
  }
  return options;
}
