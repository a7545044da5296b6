import type { Phase } from '../../core/model';
import { useMeeting } from '../state/context';
import { EndedPage } from './EndedPage';
import { JoiningPage } from './JoiningPage';
import { PreviewPage } from './PreviewPage';
import { WaitingForHostPage } from './WaitingForHostPage';
import { WaitingRoomPage } from './WaitingRoomPage';

/** The page of a phase outside of the meeting; nothing before a join begins and after one was refused. */
export function PhasePage({ phase }: { phase: Phase }) {
  const refused = useMeeting((state) => state.failure?.joinFailed ?? false);
  if (refused) return null;
  switch (phase) {
    case 'previewing': return <PreviewPage />;
    case 'joining': return <JoiningPage />;
    case 'waitingForHost': return <WaitingForHostPage />;
    case 'waitingRoom': return <WaitingRoomPage />;
    case 'ended': return <EndedPage />;
    default: return null;
  }
}
