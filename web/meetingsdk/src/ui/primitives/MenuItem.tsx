import { Icon } from '../icons/Icon';
import type { IconName } from '../icons/paths';
import { plainButton } from './plain-button';

interface MenuItemProps {
  label: string;
  onSelect: () => void;
  icon?: IconName;
  /** Given for a choice of one of several; shows a tick. */
  checked?: boolean;
  /** Given for something that is on or off; shows a tick. */
  on?: boolean;
  danger?: boolean;
  disabled?: boolean;
  className?: string;
}

/** An entry of a {@link Menu}. */
export function MenuItem({ label, onSelect, icon, checked, on, danger = false, disabled = false, className = '' }: MenuItemProps) {
  const ticked = checked ?? on;
  return (
    <button
      {...plainButton}
      role={checked !== undefined ? 'menuitemradio' : on !== undefined ? 'menuitemcheckbox' : 'menuitem'}
      aria-checked={ticked}
      aria-disabled={disabled || undefined}
      tabIndex={-1}
      className={`ar-menu__item${danger ? ' ar-menu__item--danger' : ''} ${className}`}
      onClick={disabled ? undefined : onSelect}
    >
      {icon && !ticked ? <Icon name={icon} /> : null}
      {ticked !== undefined && (ticked || !icon) ? <span className="ar-menu__tick">{ticked ? <Icon name="check" /> : null}</span> : null}
      <span className="ar-menu__label">{label}</span>
    </button>
  );
}
