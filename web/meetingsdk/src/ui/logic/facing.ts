/** Whether the camera of a stream is known to look away from the person, as the one at a phone's back does. */
export function facesAway(stream: MediaStream | null): boolean {
  return stream?.getVideoTracks()[0]?.getSettings().facingMode === 'environment';
}
