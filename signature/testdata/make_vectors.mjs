// Writes vectors.json: signatures made with Node's own crypto, so that this
// package is not tested against itself. Run: node make_vectors.mjs > vectors.json
import { createHmac } from 'node:crypto';

const b64u = (s) => Buffer.from(s).toString('base64url');
const T0 = 1767225600; // 2026-01-01T00:00:00Z

function jwt(claims, secret, { header = { alg: 'HS256', typ: 'JWT' }, hash = 'sha256' } = {}) {
  const input = `${b64u(JSON.stringify(header))}.${b64u(JSON.stringify(claims))}`;
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

const base = { appKey: 'node-key', sdkKey: 'node-key', mn: '93212345678', role: 0, iat: T0, exp: T0 + 7200, tokenExp: T0 + 7200 };
const secret = 'node-secret-äöü-0123456789';
const vectors = [
  { name: 'plain', token: jwt(base, secret), ok: true },
  { name: 'number as mn', token: jwt({ ...base, mn: 93212345678 }, secret), ok: true },
  { name: 'blanks in mn', token: jwt({ ...base, mn: '932 1234 5678' }, secret), ok: true },
  { name: 'no appKey', token: jwt({ ...base, appKey: undefined }, secret), ok: true },
  { name: 'no tokenExp', token: jwt({ ...base, tokenExp: undefined }, secret), ok: true },
  { name: 'no typ', token: jwt(base, secret, { header: { alg: 'HS256' } }), ok: true },
  { name: 'header order', token: jwt(base, secret, { header: { typ: 'JWT', alg: 'HS256' } }), ok: true },
  { name: 'role as text', token: jwt({ ...base, role: '1' }, secret), ok: true },
  { name: 'other secret', token: jwt(base, secret + 'x'), ok: false, code: 3712, cause: 'unknown_secret' },
  { name: 'HS384', token: jwt(base, secret, { header: { alg: 'HS384', typ: 'JWT' }, hash: 'sha384' }), ok: false, code: 3712, cause: 'alg_not_hs256' },
  { name: 'HS512', token: jwt(base, secret, { header: { alg: 'HS512', typ: 'JWT' }, hash: 'sha512' }), ok: false, code: 3712, cause: 'alg_not_hs256' },
  { name: 'milliseconds', token: jwt({ ...base, iat: T0 * 1000, exp: (T0 + 7200) * 1000, tokenExp: undefined }, secret), ok: false, code: 3712, cause: 'iat_milliseconds' },
  { name: 'fraction', token: jwt({ ...base, iat: T0 + 0.5 }, secret), ok: false, code: 3712, cause: 'claim_wrong_type' },
  { name: 'role 2', token: jwt({ ...base, role: 2 }, secret), ok: false, code: 3708, cause: 'role_not_0_or_1' },
];
console.log(JSON.stringify({ secret, meetingNumber: '93212345678', now: T0 + 60, vectors }, null, 1));
