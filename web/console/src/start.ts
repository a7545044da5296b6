import { purposeOf } from './purposes';
import { scenarioList, type ScenarioListing } from './scenarios';
import { showError, fetchWorld, type World } from './dev-api';

const form = document.getElementById('join') as HTMLFormElement;
const field = <T extends HTMLElement>(name: string) => form.elements.namedItem(name) as unknown as T;

function open(view: string, wrong = false): void {
  const data = new FormData(form);
  const query = new URLSearchParams({
    name: String(data.get('name') ?? ''),
    meeting: String(data.get('meeting') ?? ''),
    password: wrong ? 'certainly-wrong' : String(data.get('password') ?? ''),
    email: String(data.get('email') ?? ''),
    // A host is not asked for a passcode.
    role: wrong ? '0' : String(data.get('role') ?? '0'),
  });
  window.open(`/demo/${view}?${query}`, '_blank', 'noopener');
}

function text(id: string, content: string): void {
  const place = document.getElementById(id);
  if (place) place.textContent = content;
}

function show(w: World): void {
  const select = field<HTMLSelectElement>('meeting');
  for (const m of w.meetings) {
    const option = new Option(`${m.topic} (${m.number})`, m.number, false, m.number === w.defaults.meetingNumber);
    select.append(option);
  }
  const passcode = field<HTMLInputElement>('password');
  const update = () => {
    const chosen = w.meetings.find((m) => m.number === select.value);
    passcode.value = chosen?.password ?? '';
    text('purpose', chosen ? purposeOf(chosen.topic) : '');
  };
  select.addEventListener('change', update);
  update();
  for (const m of w.meetings) {
    const item = document.createElement('li');
    const choose = document.createElement('button');
    choose.type = 'button';
    choose.className = 'link';
    choose.textContent = m.topic;
    choose.addEventListener('click', () => {
      select.value = m.number;
      update();
      form.scrollIntoView({ block: 'start' });
      select.focus({ preventScroll: true });
    });
    const number = document.createElement('code');
    number.textContent = m.number;
    const purpose = document.createElement('span');
    purpose.textContent = purposeOf(m.topic);
    item.append(choose, number, purpose);
    document.getElementById('meetings')?.append(item);
  }

  const list = document.getElementById('credentials');
  for (const [name, value] of [
    ['SDK key', w.defaults.sdkKey],
    ['SDK secret', w.defaults.sdkSecret],
    ['Meeting number', w.defaults.meetingNumber],
    ['Passcode', w.defaults.password],
  ] as const) {
    const term = document.createElement('dt');
    term.textContent = name;
    const detail = document.createElement('dd');
    const code = document.createElement('code');
    code.textContent = value;
    detail.append(code);
    list?.append(term, detail);
  }
  text('script-tag', `<script src="${location.origin}/zoom-meeting-6.2.0.min.js"></script>`);
  text('npm', `"@zoom/meetingsdk": "${location.origin}/sdk/meetingsdk.tgz"`);
  text('curl', `curl ${location.origin}/dev/v1/signature \\\n  -d '{"meetingNumber":"${w.defaults.meetingNumber}","role":0}'`);
}

/** Lists every code with a link to the page that reproduces it. */
function showCodes(list: readonly ScenarioListing[]): void {
  const place = document.getElementById('codes');
  const items = list.map(({ code, name, title, causes }) => {
    const item = document.createElement('li');
    const docs = document.createElement('a');
    docs.href = `/docs/errors/${code}`;
    docs.textContent = `${code} ${name}`;
    const meaning = document.createElement('span');
    meaning.textContent = title;
    const reproduce = document.createElement('a');
    reproduce.className = 'button';
    reproduce.href = `/demo/reproduce?code=${code}`;
    reproduce.textContent = 'Reproduce';
    reproduce.setAttribute('aria-label', `Reproduce ${code} ${name}`);
    item.append(docs, meaning, reproduce);
    place?.append(item);
    return { item, searched: `${code} ${name} ${title} ${causes.join(' ')}`.toLowerCase() };
  });
  const filter = document.getElementById('filter') as HTMLInputElement;
  filter.addEventListener('input', () => {
    const query = filter.value.trim().toLowerCase();
    let shown = 0;
    for (const { item, searched } of items) {
      item.hidden = !searched.includes(query);
      if (!item.hidden) shown++;
    }
    const none = document.getElementById('no-codes');
    if (none) none.hidden = shown > 0;
  });
}

field<HTMLInputElement>('name').value = `Guest ${Math.floor(Math.random() * 90) + 10}`;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  open((event.submitter as HTMLButtonElement | null)?.value ?? 'client');
});
document.getElementById('wrong')?.addEventListener('click', () => {
  if (form.reportValidity()) open('component', true);
});
fetchWorld().then(show, showError);
scenarioList().then(showCodes, showError);
