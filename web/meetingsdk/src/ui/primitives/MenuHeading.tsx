/** A small heading between groups of menu entries. */
export function MenuHeading({ children }: { children: string }) {
  return <div className="ar-menu__heading" role="presentation">{children}</div>;
}
