/** What a join that the server refused rejects with in Component View; other failures lack most of it. */
interface Refusal {
  errorCode: number;
  reason: string;
  message: string;
  cause?: string;
  evidence?: string;
  remedy?: string;
  attemptId?: string | null;
  docs?: string;
  alsoFailing?: readonly { code: number; name: string; evidence: string }[];
}

export const isRefusal = (what: unknown): what is Refusal => typeof what === 'object' && what !== null && 'errorCode' in what && 'reason' in what;

const element = (name: string, content: string | Node, className = ''): HTMLElement => {
  const made = document.createElement(name);
  made.className = className;
  made.append(content);
  return made;
};

/** Puts a refusal, with all that is known about it, in the place of the meeting. */
export function showRefusal(refusal: Refusal, place: HTMLElement): void {
  const facts = document.createElement('dl');
  for (const [name, value] of [
    ['Seen', refusal.evidence],
    ['What you can do', refusal.remedy],
    ['Cause', refusal.cause],
    ['Attempt', refusal.attemptId],
  ] as const) {
    if (!value) continue;
    const identifier = name === 'Cause' || name === 'Attempt';
    facts.append(element('dt', name), element('dd', identifier ? element('code', value) : value));
  }
  for (const further of refusal.alsoFailing ?? []) facts.append(element('dt', 'Would fail next'), element('dd', `${further.code} ${further.name}: ${further.evidence}`));
  const links = element('p', '', 'actions');
  const more = element('a', `All about ${refusal.errorCode}`) as HTMLAnchorElement;
  more.href = refusal.docs ?? `/docs/errors/${refusal.errorCode}`;
  const back = element('a', 'Back to the start page') as HTMLAnchorElement;
  back.href = '/';
  links.append(more, back);
  const card = element('section', '', 'card refusal');
  card.setAttribute('role', 'alert');
  card.append(element('h2', `${refusal.errorCode} ${refusal.reason}`), element('p', refusal.message), facts, links);
  place.replaceChildren(card);
}
