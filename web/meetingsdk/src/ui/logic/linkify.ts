/** A part of a chat text: plain text, or a link. */
export type TextRun = { text: string; href?: undefined } | { text: string; href: string };

const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+/gi;
const TRAILING = /[.,;:!?…*_~]+$/;

/** Cuts what belongs to the sentence, not to the address: full stops and closing brackets without a partner. */
function trimAddress(found: string): string {
  let address = found;
  for (;;) {
    const before = address;
    address = address.replace(TRAILING, '');
    for (const [open, close] of ['()', '[]', '{}']) {
      if (address.endsWith(close as string) && address.split(close as string).length > address.split(open as string).length) {
        address = address.slice(0, -1);
      }
    }
    if (address === before) return address;
  }
}

/** Only what parses as http or https becomes a link; anything else stays text. */
function hrefOf(address: string): string | null {
  try {
    const url = new URL(/^www\./i.test(address) ? `https://${address}` : address);
    return (url.protocol === 'https:' || url.protocol === 'http:') && (url.hostname.includes('.') || url.hostname === 'localhost') ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * Splits a chat text into words and links. Joined together the runs give the
 * text back unchanged; nothing here makes HTML, React escapes what it shows.
 */
export function linkify(text: string): TextRun[] {
  const runs: TextRun[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimAddress(match[0]);
    const href = hrefOf(address);
    if (!href) continue;
    if (match.index > at) runs.push({ text: text.slice(at, match.index) });
    runs.push({ text: address, href });
    at = match.index + address.length;
  }
  if (at < text.length) runs.push({ text: text.slice(at) });
  return runs;
}

/**
 * The address by which a link is opened: through the app's page for links that
 * lead away (it reads the target from `ref`), or the link itself without one.
 */
export function viaLinkPage(page: string, href: string, base: string): string {
  if (!page || !URL.canParse(page, base)) return href;
  const url = new URL(page, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return href;
  url.searchParams.set('ref', href);
  return url.href;
}
