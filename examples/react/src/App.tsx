import { useCallback, useState } from 'react';
import type { SubmitEvent } from 'react';
import { Meeting } from './Meeting';
import type { Ticket } from './Meeting';

export function App() {
  const [ticket, setTicket] = useState<Ticket | null>(null);
  const over = useCallback(() => setTicket(null), []);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const text = (name: string) => String(given.get(name) ?? '');
    setTicket({ meetingNumber: text('meetingNumber'), password: text('password'), userName: text('userName') });
  }

  return (
    <main className="page">
      <h1>Lesson 4: light and shadow</h1>
      {ticket ? (
        <Meeting ticket={ticket} onOver={over} />
      ) : (
        <form onSubmit={submit}>
          <label>
            Meeting number <input name="meetingNumber" inputMode="numeric" autoComplete="off" required />
          </label>
          <label>
            Passcode <input name="password" autoComplete="off" />
          </label>
          <label>
            Your name <input name="userName" autoComplete="name" required />
          </label>
          <button>Join</button>
        </form>
      )}
    </main>
  );
}
