/** Three calm dots; hidden from screen readers, the words beside them say it. */
export function Spinner() {
  return (
    <span className="ar-spinner" aria-hidden="true">
      <span />
      <span />
      <span />
    </span>
  );
}
