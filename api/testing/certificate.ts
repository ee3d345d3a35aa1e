import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A self-signed certificate for a name, by openssl. */
export function makeCertificate(name: string): { certPem: string; keyPem: string } {
  const folder = mkdtempSync(join(tmpdir(), 'nannyapi-cert-'));
  try {
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const options = ['-x509', ...curve, '-subj', `/CN=${name}`, '-days', '2', '-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', ...options], { stdio: 'pipe' });
    return { certPem: readFileSync(cert, 'utf8'), keyPem: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
