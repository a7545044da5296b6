import { isRefusal, showRefusal } from './refusal';
import { showTrouble, ticket } from './world';

interface Client {
  init(options: Record<string, unknown>): Promise<unknown>;
  join(options: Record<string, unknown>): Promise<unknown>;
}
declare const ZoomMtgEmbedded: { createClient(): Client };

async function start(): Promise<void> {
  const client = ZoomMtgEmbedded.createClient();
  const root = document.getElementById('meetingSDKElement');
  const [t] = await Promise.all([ticket(), client.init({ zoomAppRoot: root, language: 'en-US', customize: { video: { isResizable: true, defaultViewType: 'gallery', viewSizes: { default: { width: Math.min(1000, innerWidth - 32), height: 560 } } } } })]);
  await client.join({ meetingNumber: t.meetingNumber, userName: t.userName, password: t.password, signature: t.signature, zak: t.zak });
}

start().catch((what: unknown) => {
  const place = document.getElementById('meetingSDKElement');
  if (place && isRefusal(what)) showRefusal(what, place);
  else showTrouble(what);
});
