import { chosenMains, tileOrder } from '../logic/order';
import { useMeeting } from '../state/context';
import { Strip } from './Strip';

const NONE: readonly number[] = [];

/** A narrow column of tiles for apps that keep the meeting at their side. */
export function RibbonStage() {
  const tiles = useMeeting(tileOrder);
  const first = useMeeting(chosenMains);
  return (
    <div className="ar-ribbon">
      <Strip tiles={tiles} mains={NONE} first={first} vertical view="ribbon" />
    </div>
  );
}
