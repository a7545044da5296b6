import { useMain } from './useMain';
import { Strip } from './Strip';

/** A narrow column of tiles for apps that keep the meeting at their side. */
export function RibbonStage() {
  const { tiles } = useMain();
  return (
    <div className="ar-ribbon">
      <Strip tiles={tiles} main={null} vertical />
    </div>
  );
}
