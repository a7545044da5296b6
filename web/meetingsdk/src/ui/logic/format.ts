/** A meeting number in groups, as people read it aloud: `815 5512 3456`. */
export function groupNumber(meetingNumber: string): string {
  const digits = meetingNumber.replace(/\D/g, '');
  if (digits.length === 11) return `${digits.slice(0, 3)} ${digits.slice(3, 7)} ${digits.slice(7)}`;
  if (digits.length === 10) return `${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6)}`;
  if (digits.length === 9) return `${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6)}`;
  return meetingNumber;
}

/** The hour and minute of an ISO time in the reader's language; empty for what is no time. */
export function clockTime(iso: string, language: string): string {
  return format(iso, language, { hour: 'numeric', minute: '2-digit' });
}

/** Day and time of an ISO time in the reader's language; empty for what is no time. */
export function dayAndTime(iso: string, language: string): string {
  return format(iso, language, { weekday: 'long', day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit' });
}

function format(iso: string, language: string, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  try {
    return new Intl.DateTimeFormat(language, options).format(date);
  } catch {
    // Apps pass locales that do not exist, such as jp-JP.
    return new Intl.DateTimeFormat('en-US', options).format(date);
  }
}

/** The link of an invitation by the app's template: `{0}` is the number, `{1}` the passcode. Empty without a template. */
export function inviteLink(format: string, number: string, passcode: string): string {
  const parts: Record<string, string> = { '{0}': number, '{1}': encodeURIComponent(passcode) };
  return format.replace(/\{[01]\}/g, (part) => parts[part] ?? part);
}
