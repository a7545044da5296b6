import type { ButtonHTMLAttributes } from 'react';
import { plainButton } from './plain-button';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'plain' | 'primary' | 'danger' | 'quiet';
}

const COMPAT = { plain: 'zm-btn', primary: 'zm-btn zm-btn--primary', danger: 'zm-btn zm-btn--danger', quiet: 'zm-btn' };

/** A button with a text. */
export function Button({ tone = 'plain', className = '', type, ...rest }: ButtonProps) {
  return <button {...rest} {...(type ? { type } : plainButton)} className={`ar-button ar-button--${tone} ${COMPAT[tone]} ${className}`} />;
}
