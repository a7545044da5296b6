import type { ButtonHTMLAttributes, Ref } from 'react';
import { plainButton } from './plain-button';
import { Icon } from '../icons/Icon';
import type { IconName } from '../icons/paths';

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label'> {
  icon: IconName;
  /** The accessible name; also the tooltip unless `title` is given. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A small button that shows an icon only. */
export function IconButton({ icon, label, className = '', title, ...rest }: IconButtonProps) {
  return (
    <button {...rest} {...plainButton} className={`ar-icon-button ${className}`} aria-label={label} title={title ?? label}>
      <Icon name={icon} />
    </button>
  );
}
