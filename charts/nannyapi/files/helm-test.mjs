// What `helm test` runs, in the operator's image: is the release installed and in order? Ends with 0 if it is.
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';

const { API_URL, API_CA_FILE, PODS_HOST, KINDS, KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = process.env;
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const TRIES = 20;
const PAUSE_MS = 2_000;
const TIMEOUT_MS = 5_000;

/** The body of a 200; anything else is an error. */
function fetchText(get, url, options = {}) {
  return new Promise((resolve, reject) => {
    const asked = get(url, { timeout: TIMEOUT_MS, ...options }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => (text += piece));
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve(text) : reject(new Error(`${url}: HTTP ${answer.statusCode} ${text}`)),
      );
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error(`${url}: no answer within ${TIMEOUT_MS} ms`)));
    asked.on('error', reject);
  });
}

const CHECKS = {
  'The API answers, with a certificate that agents trust': async () => {
    await fetchText(httpsGet, new URL('/readyz', API_URL), { ca: readFileSync(API_CA_FILE) });
  },
  'Every pod of operator and API is ready': async () => {
    for (const { address, family } of await lookup(PODS_HOST, { all: true })) {
      await fetchText(httpGet, `http://${family === 6 ? `[${address}]` : address}:8081/readyz`);
    }
  },
  'The cluster serves our kinds': async () => {
    const host = KUBERNETES_SERVICE_HOST.includes(':') ? `[${KUBERNETES_SERVICE_HOST}]` : KUBERNETES_SERVICE_HOST;
    const text = await fetchText(httpsGet, `https://${host}:${KUBERNETES_SERVICE_PORT}/apis/nannyai.dev/v1alpha1`, {
      ca: readFileSync(`${ACCOUNT}/ca.crt`),
      headers: { authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, 'utf8')}` },
    });
    const served = new Set(JSON.parse(text).resources.map(({ name }) => name));
    const missing = KINDS.split(' ').filter((kind) => !served.has(kind));
    if (missing.length > 0) throw new Error(`not served: ${missing.join(', ')}`);
  },
};

/** Names of a fresh Service may take a while to resolve, hence more than one try. */
async function passes(name, check) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await check();
      process.stdout.write(`ok      ${name}\n`);
      return true;
    } catch (error) {
      if (attempt < TRIES) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        continue;
      }
      process.stdout.write(`FAILED  ${name}: ${error.message}\n`);
      return false;
    }
  }
}

const results = await Promise.all(Object.entries(CHECKS).map(([name, check]) => passes(name, check)));
process.exitCode = results.every(Boolean) ? 0 : 1;
