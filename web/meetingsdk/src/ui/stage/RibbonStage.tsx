import { useMain } from './useMain';
import { Strip } from './Strip';
import { useReport } from './useReport';

const NONE: readonly number[] = [];

/** A narrow column of tiles for apps that keep the meeting at their side. */
export function RibbonStage() {
  const { tiles } = useMain();
  useReport('ribbon', NONE, tiles);
  return (
    <div className="ar-ribbon">
      <Strip tiles={tiles} mains={NONE} vertical />
    </div>
  );
}
