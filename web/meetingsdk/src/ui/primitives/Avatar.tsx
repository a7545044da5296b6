import { memo } from 'react';
import { avatarColour, initials } from '../logic/avatar';

/** The initials of a name on a colour of its own; decoration next to the name. */
export const Avatar = memo(function Avatar({ name, className = '' }: { name: string; className?: string }) {
  return (
    <span className={`ar-avatar ar-avatar--${avatarColour(name)} ${className}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
});
