import { useActions, useMeeting, useView } from '../state/context';

/** Turns to the next camera; null where there is one, or where it is off. */
export function useSwitchCamera(): (() => void) | null {
  const actions = useActions();
  const { run } = useView();
  const { cameras, camera } = useMeeting((state) => state.devices);
  const on = useMeeting((state) => state.camera === 'on');
  if (!on || cameras.length < 2) return null;
  const at = cameras.findIndex((one) => one.deviceId === camera);
  const next = cameras[(Math.max(at, 0) + 1) % cameras.length];
  return next ? () => run(actions.chooseDevice('camera', next.deviceId)) : null;
}
