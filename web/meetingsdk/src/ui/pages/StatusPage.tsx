import type { ReactNode } from 'react';
import { Icon } from '../icons/Icon';
import type { IconName } from '../icons/paths';
import { Main, Title } from '../primitives/Landmark';
import { Spinner } from '../primitives/Spinner';

interface StatusPageProps {
  title: string;
  icon?: IconName;
  /** The meeting's topic or another text over the title. */
  over?: string | undefined;
  busy?: boolean;
  children?: ReactNode;
  actions?: ReactNode;
}

/** A page with one message, for the times before and after the meeting. */
export function StatusPage({ title, icon, over, busy = false, children, actions }: StatusPageProps) {
  return (
    <Main className="ar-page">
      <div className="ar-page__card">
        {icon ? <span className={`ar-page__icon${busy ? ' ar-page__icon--busy' : ''}`}><Icon name={icon} /></span> : null}
        {over ? <p className="ar-page__over">{over}</p> : null}
        <div role="status"><Title className="ar-page__title">{title}</Title></div>
        {children ? <div className="ar-page__text">{children}</div> : null}
        {busy ? <Spinner /> : null}
        {actions ? <div className="ar-page__actions">{actions}</div> : null}
      </div>
    </Main>
  );
}
