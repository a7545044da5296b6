import { useEffect, useRef, useState } from 'react';
import ZoomMtgEmbedded from '@zoom/meetingsdk/embedded';

export interface Ticket {
  meetingNumber: string;
  password: string;
  userName: string;
}

const endpoint: string = import.meta.env.VITE_SIGNATURE_ENDPOINT ?? 'http://127.0.0.1:8080/dev/v1/signature';

/** In production this is a request to your own server, which alone knows the SDK secret. */
async function signatureFor(meetingNumber: string): Promise<string> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ meetingNumber, role: 0 }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.errors.map((e: { property: string; reason: string }) => `${e.property} ${e.reason}`).join(', '));
  return body.signature;
}

/** What went wrong, in words. A refused join also has `errorCode`, `reason` and `type`. */
const wordsFor = (error: unknown): string => (error as Partial<Error>).message ?? String(error);

/** Joins when it appears; people leave with the meeting's own button. `onOver` must stay the same between renders. */
export function Meeting({ ticket, onOver }: { ticket: Ticket; onOver: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const [trouble, setTrouble] = useState('');

  useEffect(() => {
    const root = place.current;
    if (!root) return;
    // One client for the page: StrictMode's second mount gets the same one.
    const client = ZoomMtgEmbedded.createClient();
    const changed = ({ state }: { state: string }) => state === 'Closed' && onOver();
    client.on('connection-change', changed);

    async function enter(root: HTMLElement) {
      await client.init({ zoomAppRoot: root, language: 'en-US', patchJsMedia: true, leaveOnPageUnload: true });
      await client.join({ ...ticket, signature: await signatureFor(ticket.meetingNumber) });
    }
    enter(root).catch((error: unknown) => setTrouble(wordsFor(error)));

    return () => client.off('connection-change', changed);
  }, [ticket, onOver]);

  return (
    <>
      <div ref={place} className="meeting" />
      {trouble && (
        <p role="alert">
          {trouble} <button onClick={onOver}>Back</button>
        </p>
      )}
    </>
  );
}
