import { useView } from '../state/context';

/** Turns full screen on and off. */
export function useFullScreen(): () => void {
  const { layer } = useView();
  return () => {
    const document = layer()?.ownerDocument;
    const host = layer()?.parentElement;
    if (!document || !host) return;
    // Refused by the browser means that nothing changes, which the person sees.
    if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
    else host.requestFullscreen().catch(() => undefined);
  };
}
