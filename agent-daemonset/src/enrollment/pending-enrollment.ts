import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '@nannyapi/process';
import type { DeviceStart } from '../identity/oauth-answers.ts';

/** An enrolment that has begun: of no use to anybody without its end, and the way back to it after a crash. */
export interface PendingEnrollment {
  version: 1;
  url: string;
  /** Ed25519, PKCS #8 in PEM. */
  privateKey: string;
  /** Absent with an install token, or before the first answer. */
  device?: DeviceStart;
}

/**
 * What an enrolment has so far, in `enrollment.json` of the state folder, mode 0600.
 *
 * The control plane gives the same answer again to the same key for a while. So a call that was killed between the
 * answer and the disk is taken up by the next one, and no person has to approve twice.
 */
export class PendingEnrollmentFile {
  readonly #stateDir: string;
  readonly #path: string;

  constructor(stateDir: string) {
    this.#stateDir = stateDir;
    this.#path = join(stateDir, 'enrollment.json');
  }

  /** The enrolment that was begun with this control plane. What cannot be read is none: it is only a way to save work. */
  async read(url: URL): Promise<PendingEnrollment | undefined> {
    try {
      const value = JSON.parse(await readFile(this.#path, 'utf8')) as PendingEnrollment;
      return value.version === 1 && value.url === url.href && typeof value.privateKey === 'string' ? value : undefined;
    } catch {
      return undefined;
    }
  }

  async write(pending: PendingEnrollment): Promise<void> {
    await makeFolder(this.#stateDir);
    await writeFileAtomic(this.#path, `${JSON.stringify(pending, undefined, 2)}\n`);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
