// What a sample app expects around it: the host name of the SDK's CDN over TLS
// and an auth endpoint on port 4000. Both are Anteroom here.
import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createTls } from 'node:https';
import { createServer as createHttp, request as ask } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The names that pages load the SDK from. */
export const cdnHosts = ['source.zoom.us', 'jssdk.zoomus.cn', 'dmogdx0jrul3u.cloudfront.net'];

/** A certificate authority that lives as long as this run, and a certificate of it for the CDN's names. */
async function certificates() {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-ca-'));
  const at = (name) => join(folder, name);
  const openssl = (...args) => run('openssl', args, { cwd: folder });
  try {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    await openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=Test authority of one run');
    await openssl('req', '-new', ...key, '-keyout', 'cdn.key', '-out', 'cdn.csr', '-subj', `/CN=${cdnHosts[0]}`);
    await writeFile(at('names'), `subjectAltName=${cdnHosts.map((host) => `DNS:${host}`).join(',')}\n`);
    await openssl('x509', '-req', '-in', 'cdn.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', 'cdn.crt');
    const [authority, certificate, secret] = await Promise.all(['ca.crt', 'cdn.crt', 'cdn.key'].map((name) => readFile(at(name))));
    const spki = new X509Certificate(authority).publicKey.export({ type: 'spki', format: 'der' });
    return { cert: Buffer.concat([certificate, authority]), key: secret, trusted: createHash('sha256').update(spki).digest('base64') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Hands requests and WebSockets on to the server at `target`, as a reverse proxy does. */
function proxyTo(server, target, extra) {
  const { hostname, port } = new URL(target);
  const headersOf = (request) => ({ ...request.headers, ...extra });
  server.on('request', (request, response) => {
    const upstream = ask({ hostname, port, method: request.method, path: request.url, headers: headersOf(request) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.headersSent || response.writeHead(502).end());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  });
  server.on('upgrade', (request, socket, head) => {
    const upstream = connect(Number(port), hostname, () => {
      const lines = Object.entries(headersOf(request)).map(([name, value]) => `${name}: ${value}`);
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    for (const [one, other] of [[socket, upstream], [upstream, socket]]) one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
}

async function listen(server, port, host = '127.0.0.1') {
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return server.address().port;
}

/**
 * Starts both. Answers the arguments with which Chromium resolves the CDN's
 * names to it, trusts its authority and reaches nothing beyond this machine.
 */
export async function startEnvironment(target) {
  const { cert, key, trusted } = await certificates();
  const cdn = createTls({ cert, key });
  proxyTo(cdn, target, { 'x-forwarded-proto': 'https' });
  const port = await listen(cdn, 0);
  const auth = createHttp();
  proxyTo(auth, target, {});
  await listen(auth, 4000);
  const rules = [...cdnHosts.map((host) => `MAP ${host}:443 127.0.0.1:${port}`), 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1', 'EXCLUDE localhost'];
  return {
    chromium: [`--host-resolver-rules=${rules.join(', ')}`, `--ignore-certificate-errors-spki-list=${trusted}`],
    async stop() {
      for (const server of [cdn, auth]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
