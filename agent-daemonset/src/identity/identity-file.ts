import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, errorMessage, makeFolder, writeFileAtomic } from '@nannyapi/process';
import { parseIdentity, type Identity } from './identity.ts';

/** The identity of a host on its disk: `identity.json` in the state folder, mode 0600, replaced as a whole. */
export class IdentityFile {
  readonly path: string;
  readonly #stateDir: string;

  constructor(stateDir: string) {
    this.#stateDir = stateDir;
    this.path = join(stateDir, 'identity.json');
  }

  /** @returns `undefined` when this host was never enrolled. @throws CodedError `InvalidIdentity` when it is unreadable. */
  async read(): Promise<Identity | undefined> {
    const text = await this.#text();
    if (text === undefined) return undefined;
    try {
      return parseIdentity(text);
    } catch (cause) {
      throw new CodedError({ code: 'InvalidIdentity', message: `${this.path}: ${errorMessage(cause)}`, cause });
    }
  }

  async write(identity: Identity): Promise<void> {
    await makeFolder(this.#stateDir);
    await writeFileAtomic(this.path, `${JSON.stringify(identity, undefined, 2)}\n`);
  }

  /**
   * Replaces the identity of the same key. One that was enrolled meanwhile, or removed, stays as it is: a person did
   * that, and the agent that still runs must not undo it.
   *
   * @returns whether it was written
   */
  async renew(identity: Identity): Promise<boolean> {
    const known = await this.read();
    if (known?.privateKey !== identity.privateKey) return false;
    await this.write(identity);
    return true;
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  async #text(): Promise<string | undefined> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new CodedError({
        code: 'InvalidIdentity',
        message: `Cannot read ${this.path}: ${errorMessage(cause)}`,
        cause,
      });
    }
  }
}
