import type { Ref } from 'react';
import { Icon } from '../icons/Icon';
import type { IconName } from '../icons/paths';
import { plainButton } from '../primitives/plain-button';

interface ToolbarButtonProps {
  icon: IconName;
  /** The short text under the icon. */
  text: string;
  /** The accessible name; `text` unless given. */
  label?: string;
  /** Carries the label on a `div` too, for apps that look for one and press it; assistive technology meets the button alone. */
  labelledDiv?: boolean;
  title?: string;
  onClick: () => void;
  tone?: 'plain' | 'off' | 'on' | 'danger';
  pressed?: boolean;
  expanded?: boolean;
  popup?: 'menu' | 'dialog';
  controls?: string;
  busy?: boolean;
  count?: number | undefined;
  badge?: number | undefined;
  className?: string;
  ref?: Ref<HTMLButtonElement>;
}

/**
 * A button of the toolbar: an icon, and a text under it if there is room. The
 * accessible name contains the text; numbers next to the icon are rendered by the style
 * sheet, because the name contains them already. Apps read the count from the element's text.
 */
export function ToolbarButton({
  icon, text, label = text, labelledDiv = false, title = label, onClick, tone = 'plain', pressed, expanded, popup, controls, busy = false, count, badge, className = '', ref,
}: ToolbarButtonProps) {
  return (
    <button
      ref={ref}
      {...plainButton}
      className={`ar-tool ar-tool--${tone}${busy ? ' ar-tool--busy' : ''} footer-button-base__button zoom-MuiButton-root ${className}`}
      aria-label={label}
      title={title}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-haspopup={popup}
      aria-controls={controls}
      aria-busy={busy || undefined}
      onClick={onClick}
    >
      <span className="ar-tool__icon">
        <Icon name={icon} />
        {count === undefined ? null : <span className="ar-tool__count footer-button__number-counter" data-count={count} aria-hidden="true"><span className="ar-hidden">{count}</span></span>}
        {badge ? <span className="ar-tool__badge" data-count={badge > 99 ? '99+' : badge} /> : null}
      </span>
      <span className="ar-tool__text" aria-hidden="true">{text}</span>
      {labelledDiv ? <div className="ar-tool__whole" aria-hidden="true" aria-label={label} /> : null}
    </button>
  );
}
