import type { JoinOptions } from '../core/wire';
import type { ViewOptions } from '../core/model';
import { fieldsOf } from '../core/wire';

const viewTypes = ['minimized', 'speaker', 'ribbon', 'gallery', 'active'] as const;
export type ViewType = (typeof viewTypes)[number];

/** Reads a layout's name; null if there is none of that name. */
export function viewTypeOf(value: unknown): ViewType | null {
  return viewTypes.find((type) => type === value) ?? null;
}

/** The options of `init` that the view obeys. */
export function viewOptionsOf(args: Record<string, unknown>): Partial<ViewOptions> {
  const customize = fieldsOf(args.customize) ?? {};
  const options: Partial<ViewOptions> = { customize };
  const defaultView = viewTypeOf(fieldsOf(customize.video)?.defaultViewType);
  if (defaultView) options.defaultView = defaultView;
  if (Array.isArray(customize.meetingInfo)) options.meetingInfo = customize.meetingInfo.filter((item): item is string => typeof item === 'string');
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
