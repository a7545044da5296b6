import type { JoinOptions } from '../core/wire';
import type { ViewOptions } from '../core/model';
import type { Reason } from '../core/refused';
import { fieldsOf } from '../core/wire';

const viewTypes = ['minimized', 'speaker', 'ribbon', 'gallery', 'active'] as const;
export type ViewType = (typeof viewTypes)[number];

/** Reads a layout's name; null if none was found of that name. */
export function viewTypeOf(value: unknown): ViewType | null {
  return viewTypes.find((type) => type === value) ?? null;
}

/** Options of `init` that are obeyed; `reasonStyle` is our own. */
export const obeyedInitOptions = ['debug', 'zoomAppRoot', 'webEndpoint', 'language', 'customize', 'maximumVideosInGalleryView', 'leaveOnPageUnload', 'reasonStyle'] as const;

/** Options of `init` that ask for what is so anyway: files come from where the SDK came from, and there are no hotfixes to load. */
export const givenInitOptions = ['assetPath', 'enforceVirtualBackground', 'patchJsMedia'] as const;

/** Branches of `customize` that are obeyed. */
export const obeyedCustomize = [
  'customize.toolbar.buttons', 'customize.meetingInfo', 'customize.inviteUrlFormat', 'customize.participants.popper', 'customize.setting.popper',
  'customize.chat.notificationCls', 'customize.chat.popper', 'customize.meeting.popper', 'customize.video', 'customize.video.popper', 'customize.video.isResizable',
  'customize.video.viewSizes.ribbon', 'customize.video.viewSizes.default', 'customize.video.defaultViewType', 'customize.sharing.options.hideShareAudioOption',
] as const;

/** Branches that place what is not there, and why. */
export const idleCustomize = { 'customize.callMe.popper': 'telephony', 'customize.invite.popper': 'invitePanel', 'customize.activeApps.popper': 'apps' } as const satisfies Record<string, Reason>;

/** The branches of `customize` that an app gave, each by its path. */
export function customizeBranches(customize: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(customize).map(([name, branch]) => [`customize.${name}.popper`, fieldsOf(branch)?.popper]));
}

/** The first names below `customize`. */
export const customizeNames = ['toolbar', 'meetingInfo', 'inviteUrlFormat', 'participants', 'setting', 'invite', 'callMe', 'chat', 'meeting', 'activeApps', 'video', 'sharing'] as const;

/** Options of `join`; `sdkKey` says what the signature says. */
export const joinOptionNames = [
  'sdkKey', 'signature', 'meetingNumber', 'password', 'userName', 'userEmail', 'customerKey', 'tk', 'zak', 'obfToken', 'recordingToken', 'success', 'error',
] as const;

/** The options of `init` that the view obeys. */
export function viewOptionsOf(args: Record<string, unknown>): Partial<ViewOptions> {
  const customize = fieldsOf(args.customize) ?? {};
  const options: Partial<ViewOptions> = { customize };
  const defaultView = viewTypeOf(fieldsOf(customize.video)?.defaultViewType);
  if (defaultView) options.defaultView = defaultView;
  if (Array.isArray(customize.meetingInfo)) options.meetingInfo = customize.meetingInfo.filter((item): item is string => typeof item === 'string');
  options.hideShareAudioOption = fieldsOf(fieldsOf(customize.sharing)?.options)?.hideShareAudioOption === true;
  if (typeof customize.inviteUrlFormat === 'string') options.inviteUrlFormat = customize.inviteUrlFormat;
  const most = args.maximumVideosInGalleryView;
  if (typeof most === 'number' && most >= 1) options.maximumVideosInGalleryView = Math.min(Math.floor(most), 25);
  return options;
}

/** The options of `join` as the server reads them. Client View's spelling of the passcode is passed on under its name. */
export function joinOptionsOf(value: unknown): JoinOptions {
  const args = fieldsOf(value) ?? {};
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
