import type { ComponentProps } from 'react';
import { useOption } from '../state/context';

/** The main part of the page where the view is the page; inside an app's page there is one already. */
export function Main(props: ComponentProps<'main'>) {
  const Tag = (useOption('view') === 'client' ? 'main' : 'div') as 'main';
  return <Tag {...props} />;
}

/** The first heading of the view: of the whole page, or of a part of an app's page. */
export function Title(props: ComponentProps<'h1'>) {
  const Tag = useOption('view') === 'client' ? 'h1' : 'h2';
  return <Tag {...props} />;
}
