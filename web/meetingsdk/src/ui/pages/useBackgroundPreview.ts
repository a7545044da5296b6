import { useEffect, useState } from 'react';
import { useActions, useMeeting } from '../state/context';

/**
 * The video of a camera with the selected background: without it while it is being
 * prepared. A background that fails is unselected, for it would fail in the meeting too.
 */
export function useBackgroundPreview(camera: MediaStream | null): { stream: MediaStream | null; state: 'ready' | 'busy' | 'failed' } {
  const actions = useActions();
  const id = useMeeting((state) => state.background.id);
  const [preview, setPreview] = useState<{ of: MediaStream; id: string; stream: MediaStream } | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (!camera || !id) return;
    let current = true;
    const pending = actions.previewBackground(camera);
    pending.then(
      (got) => {
        if (!current) return;
        setPreview({ of: camera, id, stream: got.stream });
        setFailed(false);
      },
      () => {
        if (!current) return;
        setFailed(true);
        return actions.setBackground('').catch(() => undefined);
      },
    );
    return () => {
      current = false;
      pending.then((got) => got.stop(), () => undefined);
    };
  }, [actions, camera, id]);

  if (!camera || !id) return { stream: camera, state: failed ? 'failed' : 'ready' };
  return preview?.of === camera && preview.id === id ? { stream: preview.stream, state: 'ready' } : { stream: camera, state: 'busy' };
}
