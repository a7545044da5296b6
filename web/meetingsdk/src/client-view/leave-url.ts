/**
 * Where a page goes after leaving: a path stays on the own origin, a bare host
 * gets https, some addresses stay as they are, and nothing means the origin.
 */
export function leaveAddress(leaveUrl: unknown, origin: string): string {
  const given = typeof leaveUrl === 'string' ? leaveUrl.trim() : '';
  if (given === '') return origin;
  if (given === 'about:blank') return given;
  if (given.startsWith('/') && !given.startsWith('//')) return origin + given;
  // Anything with another scheme than http(s) could run code of whoever chose the address.
  if (/^[a-z][a-z0-9+.-]*:/i.test(given) && !/^[\w.-]+:\d+(\/|$)/.test(given)) return /^https?:\/\//i.test(given) ? given : origin;
  return `https://${given.replace(/^\/\//, '')}`;
}
