import { agentVersion } from '../version.ts';
import type { ProxyRule } from './proxy-rule.ts';
import { Transport, type CertificateSource } from './transport.ts';
import { TrustedCertificates } from './trusted-certificates.ts';

/** What the configuration says of the way to the control plane. */
export interface ConnectionConfig {
  caFile: string | undefined;
  tlsServerName: string | undefined;
  proxy: ProxyRule | undefined;
}

/**
 * A transport under the certificates of the configured file, else under those given, else under the system's own.
 *
 * @throws the system error when the file cannot be read.
 */
export async function openTransport(
  { caFile, tlsServerName, proxy }: ConnectionConfig,
  now: () => Date,
  caPem?: string,
): Promise<Transport> {
  const file = caFile === undefined ? undefined : new TrustedCertificates(caFile, now);
  await file?.read();
  const fixed: CertificateSource | undefined = caPem === undefined ? undefined : { read: async () => caPem };
  return new Transport({ trust: file ?? fixed, tlsServerName, proxy, userAgent: `nanny-agent/${agentVersion()}` });
}
