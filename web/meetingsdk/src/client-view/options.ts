import type { JoinOptions } from '../core/wire';
import type { ViewOptions } from '../core/model';
import { fieldsOf } from '../core/wire';

const flag = (value: unknown, otherwise: boolean): boolean => (typeof value === 'boolean' ? value : otherwise);

/** The options of `init` that the view obeys. */
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
  };
  if (args.defaultView === 'gallery' || args.defaultView === 'speaker' || args.defaultView === 'multiSpeaker') options.defaultView = args.defaultView;
  if (Array.isArray(args.meetingInfo)) options.meetingInfo = args.meetingInfo.filter((item): item is string => typeof item === 'string');
  return options;
}

/**
 * The options of `join` as the server reads them. The passcode's option is
 * spelt `passWord` here; the other spelling is passed on under its name, so
 * that the server can say what is wrong with it.
 */
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
  for (const name of ['passWord', 'password'] as const) {
    if (args[name] == null || args[name] === '') continue;
    options.password = args[name];
    options.passwordOption = name;
    break;
  }
  return options;
}
