import { showError, loadJoinParams } from './dev-api';

interface ClientView {
  preLoadWasm(): void;
  prepareWebSDK(): void;
  init(options: Record<string, unknown>): void;
  join(options: Record<string, unknown>): void;
}
declare const ZoomMtg: ClientView;

ZoomMtg.preLoadWasm();
ZoomMtg.prepareWebSDK();

loadJoinParams().then((t) => {
  ZoomMtg.init({
    leaveUrl: '/',
    success: () => {
      ZoomMtg.join({
        meetingNumber: t.meetingNumber,
        userName: t.userName,
        userEmail: t.userEmail,
        passWord: t.password,
        signature: t.signature,
        zak: t.zak,
        // The SDK's own dialog shows the reason.
        error: () => undefined,
      });
    },
    error: showError,
  });
}, showError);
