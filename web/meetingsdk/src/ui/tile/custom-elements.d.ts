import type { DetailedHTMLProps, HTMLAttributes } from 'react';

type PlayerProps = DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & { class?: string; 'node-id'?: number };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'video-player': PlayerProps;
      'video-player-container': PlayerProps;
    }
  }
}
