import { pinnedOrSpotlit, tileOrder } from '../logic/order';
import { useMeeting } from '../state/context';
import { SharedScreen } from './SharedScreen';
import { Strip } from './Strip';

const NONE: readonly number[] = [];

/** A narrow column of tiles for apps that show the meeting at their side; a shared screen comes first. */
export function RibbonStage({ sharer }: { sharer: number | null }) {
  const tiles = useMeeting(tileOrder);
  const first = useMeeting(pinnedOrSpotlit);
  return (
    <div className={`ar-ribbon${sharer === null ? '' : ' ar-share video-share-layout'}`}>
      {sharer === null ? null : <SharedScreen key={sharer} sharer={sharer} />}
      <Strip tiles={tiles} mains={NONE} first={first} vertical view="ribbon" />
    </div>
  );
}
