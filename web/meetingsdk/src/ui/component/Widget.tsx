import { useRef, type CSSProperties, type ReactNode } from 'react';
import { Notices } from '../dialogs/Notices';
import { useT } from '../state/context';
import type { Layout } from '../state/ui-state';
import type { PlacementOptions } from './placement-options';
import { ResizeHandle } from './ResizeHandle';
import { useDrag } from './useDrag';
import { useWidgetSize } from './useWidgetSize';

/** The frame of Component View: sized by its container or the app, dragged by its header, resized with its handle. */
export function Widget({ placementOptions, layout, children }: { placementOptions: PlacementOptions; layout: Layout; children: ReactNode }) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const { size, resize, fills } = useWidgetSize(box, placementOptions, layout);
  const draggable = placementOptions.draggable && !fills;
  const drag = useDrag(box, draggable);
  const resizable = placementOptions.resizable && layout !== 'minimized';

  const style: CSSProperties = {
    ...(size.width ? { width: size.width } : {}),
    ...(size.height ? { height: size.height } : {}),
    ...(placementOptions.position ? { position: 'absolute', ...placementOptions.position } : {}),
  };
  return (
    <div
      ref={box}
      className={`ar-widget ar-widget--${layout} zoom-MuiBox-root${draggable ? ' ar-widget--draggable react-draggable' : ''}${resizable ? ' react-resizable' : ''}`}
      role="region"
      aria-label={t('widget.label')}
      style={style}
      {...drag}
    >
      <div className="ar-widget__inside" role="group" aria-label={t('widget.container')}>
        {children}
        <Notices />
      </div>
      {resizable ? <ResizeHandle target={box} onResize={resize} /> : null}
    </div>
  );
}
