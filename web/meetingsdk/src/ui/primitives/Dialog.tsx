import { useEffect, useId, useRef, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useView } from '../state/context';
import type { PopperName } from '../component/placement-options';
import { usePopper } from '../component/usePopper';
import { trapFocus } from './focus';

interface DialogProps {
  title: ReactNode;
  children?: ReactNode;
  /** The row of buttons, the main one last. */
  footer: ReactNode;
  /** Called on Escape; without it, the dialog stays until a choice is made. */
  onClose?: () => void;
  alert?: boolean;
  wide?: boolean;
  /** Under which name the app may place it. */
  popper?: PopperName;
}

/** A modal dialog: named, trapped, closed by Escape, giving the focus back. */
export function Dialog({ title, children, footer, onClose, alert = false, wide = false, popper }: DialogProps) {
  const { layer } = useView();
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  const titleId = useId();
  const bodyId = useId();
  const closes = onClose !== undefined;
  const at = usePopper(popper ?? null, box);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    return trapFocus(element, closes ? () => close.current?.() : undefined);
  }, [closes]);

  const target = layer();
  if (!target) return null;
  return createPortal(
    <div className="ar-backdrop">
      <div
        ref={box}
        className={`ar-dialog zm-modal zm-modal-legacy ReactModal__Content${wide ? ' ar-dialog--wide' : ''}`}
        role={alert ? 'alertdialog' : 'dialog'}
        aria-modal="true"
        style={at ? { position: 'absolute', margin: 0, ...at } : undefined}
        aria-labelledby={titleId}
        aria-describedby={children ? bodyId : undefined}
        tabIndex={-1}
      >
        <h2 id={titleId} className="ar-dialog__title zm-modal-body-title">{title}</h2>
        {children ? (
          <div id={bodyId} className="ar-dialog__body zm-modal-body-content">
            <div className="ar-dialog__content content">{children}</div>
          </div>
        ) : null}
        <div className="ar-dialog__footer zm-modal-footer-default">{footer}</div>
      </div>
    </div>,
    target,
  );
}
