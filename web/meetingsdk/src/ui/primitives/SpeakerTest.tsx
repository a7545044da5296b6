import { useEffect, useRef, useState } from 'react';
import { useT } from '../state/context';
import { Button } from './Button';

/** The two notes, in hertz, and how long each sounds, in seconds. */
const NOTES = [523.25, 659.25];
const LENGTH = 0.35;

/** Plays two notes on a loudspeaker; an empty id is the system's default. */
export function SpeakerTest({ deviceId }: { deviceId: string }) {
  const t = useT();
  const playing = useRef<AudioContext | null>(null);
  const [plays, setPlays] = useState(false);
  useEffect(() => () => void playing.current?.close(), []);

  const play = () => {
    // Browsers that cannot choose a loudspeaker ignore the id.
    const context = new AudioContext((deviceId && deviceId !== 'default' ? { sinkId: deviceId } : {}) as AudioContextOptions);
    playing.current = context;
    setPlays(true);
    const volume = context.createGain();
    volume.gain.value = 0.2;
    volume.connect(context.destination);
    NOTES.forEach((note, i) => {
      const voice = context.createOscillator();
      voice.frequency.value = note;
      voice.connect(volume);
      voice.start(context.currentTime + i * LENGTH);
      voice.stop(context.currentTime + (i + 1) * LENGTH);
      if (i < NOTES.length - 1) return;
      voice.onended = () => {
        playing.current = null;
        setPlays(false);
        void context.close();
      };
    });
  };
  return <Button className="ar-speaker-test" aria-disabled={plays} onClick={() => (plays ? undefined : play())}>{t(plays ? 'audio.testing' : 'audio.test')}</Button>;
}
