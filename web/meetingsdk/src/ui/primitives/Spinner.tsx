/** Three dots; hidden from screen readers, which read the text next to them. */
export function Spinner() {
  return (
    <span className="ar-spinner" aria-hidden="true">
      <span />
      <span />
      <span />
    </span>
  );
}
