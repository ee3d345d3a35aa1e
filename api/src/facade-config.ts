import type { BlockList } from 'node:net';
import type { ListenAddress } from './facade-listener.ts';
import type { TlsFiles } from './http/create-app.ts';

/** How a facade listens and what it tells agents. */
export interface FacadeConfig {
  /** Address to listen on, for example `127.0.0.1` or `::`. */
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Absent: plain HTTP, for a proxy in front that ends TLS. */
  tls?: TlsFiles | undefined;
  /** More addresses that the same is served on. */
  further?: FurtherAddresses | undefined;
  /** Proxies whose `X-Forwarded-For` is believed. Default: none, the socket tells where a request comes from. */
  trustedProxies?: BlockList | undefined;
  /** How often agents send a heartbeat, in seconds, 1-3600. Default: 30. */
  heartbeatSeconds?: number | undefined;
  /** Hash of the safety policy that agents compare with their own. Default: that of this program. */
  policyHash?: string | undefined;
}

/** Where else a facade is served. */
export interface FurtherAddresses {
  addresses: readonly ListenAddress[];
  /** Another certificate for them, for example one that browsers know. Default: that of the facade. */
  tls?: TlsFiles | undefined;
}
