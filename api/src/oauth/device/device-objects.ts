import { createHash } from 'node:crypto';
import { DeviceCodeResource, USER_CODE_LABEL, type DeviceCode } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { TokenBucket } from '@nannyapi/runtime';
import { ReleaseObjects, type ReleaseObjectsDeps } from '../release-objects.ts';
import { hashOf } from '../tokens/token-format.ts';
import { isPending } from './device-state.ts';
import { hashUserCode } from './user-code.ts';

/** Codes that no cache knows and that are looked up nevertheless: strangers can make up as many as they like. */
const UNKNOWN_CODES = { perSecond: 50, burst: 500 };

/** Name of the object of a device code. */
export function deviceCodeNameOf(deviceCode: string): string {
  return `dc-${createHash('sha256').update(deviceCode).digest('hex').slice(0, 16)}`;
}

/** The DeviceCode objects, found by either of their codes. */
export class DeviceObjects extends ReleaseObjects<DeviceCode> {
  readonly #userCodeKeys: readonly Buffer[];
  readonly #clock: Clock;
  readonly #unknown: TokenBucket;

  /** @param userCodeKeys newest first. */
  constructor(deps: ReleaseObjectsDeps, userCodeKeys: readonly Buffer[]) {
    const label = ({ metadata }: DeviceCode): string[] => [metadata.labels?.[USER_CODE_LABEL] ?? ''];
    super(deps, { type: DeviceCodeResource, name: 'device-codes', indexes: { label } });
    this.#userCodeKeys = userCodeKeys;
    this.#clock = deps.clock;
    this.#unknown = new TokenBucket(UNKNOWN_CODES, deps.clock);
  }

  /**
   * The object of a device code, in a state that may be a moment old; `undefined` for a code that is not ours.
   *
   * @returns `'TooMany'` when too many unknown ones were looked up lately.
   */
  async byDeviceCode(deviceCode: string): Promise<DeviceCode | 'TooMany' | undefined> {
    const name = deviceCodeNameOf(deviceCode);
    const cached = this.cached(name);
    if (!cached && !this.#unknown.tryTake()) return 'TooMany';
    const found = cached ?? (await this.live(name));
    return found?.spec.deviceCodeHash === hashOf(deviceCode) ? found : undefined;
  }

  /** What waits under a user code; asked live when the cache knows none. */
  async byUserCode(userCode: string): Promise<DeviceCode | undefined> {
    const hashes = this.#userCodeKeys.map((key) => hashUserCode(userCode, key));
    const isIt = (code: DeviceCode): boolean =>
      hashes.some(({ hash }) => hash === code.spec.userCodeHash) && isPending(code, this.#clock.now());
    for (const { label } of hashes) {
      const known = this.informer.store
        .byIndex('label', label)
        .map((code) => this.cached(code.metadata.name ?? '') ?? code)
        .find(isIt);
      if (known) return known;
    }
    for (const { label } of hashes) {
      const live = (await this.liveByLabel(USER_CODE_LABEL, label)).find(isIt);
      if (live) return live;
    }
    return undefined;
  }

  /** Whether a code that is live has the same user code, as far as this replica knows. */
  isTaken(label: string): boolean {
    return this.informer.store.byIndex('label', label).length > 0;
  }
}
