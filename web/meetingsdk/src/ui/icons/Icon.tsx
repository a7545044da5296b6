import { memo } from 'react';
import { paths, type IconName } from './paths';

/** A decorative icon: the text next to it, or its button's name, has the meaning. */
export const Icon = memo(function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg className={`ar-icon ${className}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {paths[name].map((d) => (d.startsWith('!') ? <path key={d} d={d.slice(1)} fill="currentColor" stroke="none" /> : <path key={d} d={d} />))}
    </svg>
  );
});
