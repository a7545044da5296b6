import { endingTexts, fillCard, isShownBySDK, isJoinFailure, notJoined, refusalTexts, type JoinFailureDetails } from './card';
import { showError, loadJoinParams } from './dev-api';

interface Client {
  init(options: Record<string, unknown>): Promise<unknown>;
  join(options: Record<string, unknown>): Promise<unknown>;
  isHost(): boolean;
  on(event: 'connection-change', listener: (change: JoinFailureDetails & { state: string }) => void): void;
}
declare const ZoomMtgEmbedded: { createClient(): Client };

const client = ZoomMtgEmbedded.createClient();
const root = document.getElementById('meetingSDKElement') as HTMLElement;
const card = document.getElementById('card') as HTMLElement;

/** Shows the card in the place of the meeting. */
function show(texts: Parameters<typeof fillCard>[1], refusal?: JoinFailureDetails): void {
  fillCard(card, texts, () => void join(), refusal);
  card.hidden = false;
  root.hidden = true;
}

function hide(): void {
  card.hidden = true;
  root.hidden = false;
}

/** Shows why a join failed, unless the SDK shows it in its element. */
function refused(refusal: JoinFailureDetails): void {
  if (!isShownBySDK(refusal)) show(refusalTexts(refusal), refusal);
}

client.on('connection-change', (change) => {
  if (change.state === 'Closed') show(endingTexts(change, client.isHost()));
  else if (change.state === 'Fail') refused(change);
  else hide();
});

// The person has closed what the SDK showed about a failed join: its element is empty.
new MutationObserver(() => {
  if (root.childElementCount === 0 && !root.hidden) show(notJoined);
}).observe(root, { childList: true });

async function join(): Promise<void> {
  try {
    hide();
    const t = await loadJoinParams();
    await client.join({ meetingNumber: t.meetingNumber, userName: t.userName, userEmail: t.userEmail, password: t.password, signature: t.signature, zak: t.zak });
  } catch (what) {
    // `connection-change` has reported it already; the rejection has more details.
    if (isJoinFailure(what)) refused(what);
    else showError(what);
  }
}

client
  .init({ zoomAppRoot: root, language: 'en-US', customize: { video: { isResizable: true, defaultViewType: 'gallery', viewSizes: { default: { width: Math.min(1000, innerWidth - 32), height: 560 } } } } })
  .then(join, showError);
