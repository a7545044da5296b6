import { tileOrder } from '../logic/order';
import { useActions, useMeeting, useOption, useView } from '../state/context';

/**
 * Picture in picture: shows the active speaker's video, else the first one with a
 * camera on. Null if the browser or the app does not support it.
 */
export function usePictureInPicture(): { on: boolean; toggle: () => void } | null {
  const actions = useActions();
  const { run, layer } = useView();
  const on = useMeeting((state) => state.pictureInPicture);
  const disabled = useOption('disablePictureInPicture');
  const candidate = useMeeting((state) => {
    const seen = new Set(state.participants.filter((person) => person.videoOn && person.state === 'joined').map((person) => person.userId));
    const order = [...state.activeSpeakers, ...tileOrder(state)].filter((id) => seen.has(id));
    return order.find((id) => id !== state.self?.userId) ?? order[0] ?? null;
  });
  const possible = layer()?.ownerDocument.pictureInPictureEnabled === true;
  if (disabled || !possible || (!on && candidate === null)) return null;
  return { on, toggle: () => run(actions.setPictureInPicture(on ? null : candidate)) };
}
