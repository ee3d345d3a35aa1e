import { hostname, networkInterfaces } from 'node:os';
import { defaultPublicURL, namesOf, planAddresses, type FacadeAddresses } from './facade-addresses.ts';
import { findFreePort } from './free-port.ts';

/** Where the facade of this machine is, and what it is called. */
export interface FacadeSite {
  addresses: FacadeAddresses;
  publicURL: URL;
  /** Every name and address that its certificate must hold, asked anew each time: an address may come at any time. */
  names: () => string[];
}

/** What was asked for. */
export interface SiteWishes {
  /** 0 takes any free port. */
  facadePort: number;
  listen?: readonly { host: string; port?: number | undefined }[] | undefined;
  publicURL?: URL | undefined;
  certificateFiles?: object | undefined;
}

/** Chooses what was left open: ports, and the URL to print. */
export async function chooseSite(wishes: SiteWishes): Promise<FacadeSite> {
  const facadePort = wishes.facadePort === 0 ? await findFreePort() : wishes.facadePort;
  const listen = (wishes.listen ?? []).map(({ host, port }) => ({ host, port: port ?? facadePort }));
  const hasGivenCertificate = wishes.certificateFiles !== undefined;
  const addresses = planAddresses({ listen, facadePort, hasGivenCertificate, sparePort: await findFreePort() });
  const interfaces = networkInterfaces();
  const publicURL = wishes.publicURL ?? defaultPublicURL({ listen, facadePort, interfaces });
  const names = () => namesOf({ listen, publicURL, hostname: hostname(), interfaces: networkInterfaces() });
  return { addresses, publicURL, names };
}
