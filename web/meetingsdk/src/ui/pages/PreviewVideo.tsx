import { useEffect, useRef, type ReactNode } from 'react';
import { facesAway } from '../logic/facing';
import { Avatar } from '../primitives/Avatar';
import { Button } from '../primitives/Button';
import { useMeeting, useT } from '../state/context';
import type { PreviewState } from './usePreviewStream';

interface PreviewVideoProps {
  camera: MediaStream | null;
  /** The camera's picture as others will see it. */
  stream: MediaStream | null;
  state: PreviewState;
  /** The keys of what is wrong with the camera and of what helps. */
  problem: { what: string; fix: string } | null;
  joining: boolean;
  onRetry: () => void;
  /** The switches below the picture. */
  children: ReactNode;
}

/** What the camera sees, or why there is nothing to see. */
export function PreviewVideo({ camera, stream, state, problem, joining, onRetry, children }: PreviewVideoProps) {
  const t = useT();
  const name = useMeeting((state) => state.displayName);
  const mirrored = useMeeting((state) => state.mirrored) && !facesAway(camera);
  const video = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = stream;
    return () => {
      element.srcObject = null;
    };
  }, [stream]);

  return (
    <div className="ar-preview__picture">
      <Avatar name={name || '?'} />
      {problem ? (
        <div className="ar-preview__trouble" role="status">
          <strong>{t(problem.what)}</strong>
          <span>{t(problem.fix)}</span>
          <Button onClick={onRetry}>{t('preview.retry')}</Button>
        </div>
      ) : joining || state === 'on' ? null : <p className="ar-preview__off">{t(state === 'starting' ? 'camera.starting' : 'preview.cameraOff')}</p>}
      {name ? <span className="ar-badge"><span className="ar-badge__name">{name}</span></span> : null}
      <video ref={video} className={`ar-video${mirrored ? ' ar-video--mirrored' : ''}`} hidden={state !== 'on'} aria-label={t('preview.picture')} autoPlay playsInline muted />
      <div className="ar-preview__switches">{children}</div>
    </div>
  );
}
