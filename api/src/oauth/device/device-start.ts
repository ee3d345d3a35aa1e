import { API_VERSION, USER_CODE_LABEL, type DeviceCode } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { OAUTH_PATHS } from '@nannyapi/protocol';
import { plainAddress } from '../../identity/cluster-node.ts';
import type { HostFacts } from '../host-facts.ts';
import { addressBlock } from '../../identity/client-address.ts';
import { OAuthError } from '../oauth-error.ts';
import type { OAuthLimits } from '../oauth-limits.ts';
import { hashOf, newSecret } from '../tokens/token-format.ts';
import { deviceCodeNameOf, type DeviceObjects } from './device-objects.ts';
import type { PendingStarts } from './pending-starts.ts';
import { hashUserCode, newUserCode, type UserCodeHash } from './user-code.ts';

/** What {@link DeviceStart} needs. */
export interface DeviceStartDeps {
  clock: Clock;
  limits: OAuthLimits;
  devices: DeviceObjects;
  pending: PendingStarts;
  publicURL: URL;
  namespace: string;
  /** Newest first. */
  userCodeKeys: readonly Buffer[];
}

/** Who starts the flow. */
export interface DeviceStartRequest {
  client: DeviceCode['spec']['client'];
  /** Of the key that the host has proved to hold; absent for a command line. */
  thumbprint?: string | undefined;
  facts: HostFacts;
  /** As the socket tells. */
  address: string;
  userAgent?: string | undefined;
}

/** Body of the answer (RFC 8628 §3.2). */
export interface DeviceAuthorization {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  /** Seconds. */
  expires_in: number;
  /** Seconds. */
  interval: number;
}

/** Longest name of a program that is stored, in characters. */
const MAX_USER_AGENT_LENGTH = 256;
/** Among 5,000 live codes a fresh one is taken once in five million times; five in a row are a fault of ours. */
const MAX_ATTEMPTS = 5;

/** Starts the device flow: makes both codes, and stores hashes of them (RFC 8628 §3.1). */
export class DeviceStart {
  readonly #deps: DeviceStartDeps;

  constructor(deps: DeviceStartDeps) {
    this.#deps = deps;
  }

  /** @throws OAuthError `temporarily_unavailable` when too many codes wait for a person; KubeApiError. */
  async start(request: DeviceStartRequest): Promise<DeviceAuthorization> {
    const { pending, devices, limits, clock } = this.#deps;
    const network = addressBlock(request.address);
    const retryAfterSeconds = pending.retryAfterSeconds(network);
    if (retryAfterSeconds !== undefined)
      throw new OAuthError('temporarily_unavailable', 'Too many codes wait for a person', { retryAfterSeconds });
    const deviceCode = newSecret();
    const userCode = this.#freeUserCode();
    const expirationTime = new Date(clock.now().getTime() + limits.codeLifetimeSeconds * 1000);
    const name = deviceCodeNameOf(deviceCode);
    // Counted before it is written: what comes at the same time is counted too.
    pending.add(name, network, expirationTime);
    try {
      await devices.create(this.#objectOf({ ...request, name, deviceCode, userCode, expirationTime }));
    } catch (error) {
      pending.remove(name);
      throw error;
    }
    return this.#answer(deviceCode, userCode.text);
  }

  #answer(deviceCode: string, userCode: string): DeviceAuthorization {
    const { publicURL, limits } = this.#deps;
    const page = new URL(OAUTH_PATHS.verification, publicURL);
    const complete = new URL(page);
    complete.searchParams.set('user_code', userCode);
    return {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: page.href,
      verification_uri_complete: complete.href,
      expires_in: limits.codeLifetimeSeconds,
      interval: limits.pollIntervalSeconds,
    };
  }

  #freeUserCode(): UserCodeHash & { text: string } {
    const [key] = this.#deps.userCodeKeys;
    if (!key) throw new TypeError('There is no key to hash user codes with');
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const text = newUserCode();
      const hash = hashUserCode(text, key);
      if (!this.#deps.devices.isTaken(hash.label)) return { text, ...hash };
    }
    throw new Error('No free user code was found');
  }

  #objectOf(
    start: DeviceStartRequest & {
      name: string;
      deviceCode: string;
      userCode: UserCodeHash;
      expirationTime: Date;
    },
  ): DeviceCode {
    const { client, thumbprint, facts, address, userAgent, userCode } = start;
    const { capabilities, ...told } = facts;
    return {
      apiVersion: API_VERSION,
      kind: 'DeviceCode',
      metadata: {
        namespace: this.#deps.namespace,
        name: start.name,
        labels: { [USER_CODE_LABEL]: userCode.label },
      },
      spec: {
        client,
        deviceCodeHash: hashOf(start.deviceCode),
        userCodeHash: userCode.hash,
        ...definedOf({ keyThumbprint: thumbprint, ...told, userAgent: userAgent?.slice(0, MAX_USER_AGENT_LENGTH) }),
        ...(capabilities.length === 0 ? {} : { capabilities }),
        address: plainAddress(address),
        intervalSeconds: this.#deps.limits.pollIntervalSeconds,
        expirationTime: start.expirationTime.toISOString(),
      },
    };
  }
}

/** The members that have a value. */
function definedOf<T extends object>(object: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };
}
