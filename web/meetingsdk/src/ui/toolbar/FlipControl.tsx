import { useT } from '../state/context';
import { ToolbarButton } from './ToolbarButton';
import { useFlip } from './useFlip';

/** Turns to the other camera; on touch screens only, for phones and tablets have one at each side. */
export function FlipControl() {
  const t = useT();
  const flip = useFlip();
  return flip ? <ToolbarButton icon="flip" text={t('camera.flip')} className="ar-tool--touch" onClick={flip} /> : null;
}
