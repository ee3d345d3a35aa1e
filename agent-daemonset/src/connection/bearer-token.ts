import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { CodedError } from '@nannyapi/process';
import type { Credentials } from './credentials.ts';

/** Reads the token again after it was refused, since tokens of Kubernetes are replaced in place while they last. */
export class BearerToken implements Credentials {
  readonly #path: string;
  readonly #now: () => Date;
  #held: { token: string; untilMs: number } | undefined;

  /** @param path file that holds the token alone; white space around it is ignored. */
  constructor(path: string, now: () => Date) {
    this.#path = path;
    this.#now = now;
  }

  /** The token, at most a minute old. @throws CodedError `InvalidToken` when the file holds none. */
  async read(): Promise<string> {
    const nowMs = this.#now().getTime();
    if (this.#held && nowMs < this.#held.untilMs) return this.#held.token;
    const token = (await readFile(this.#path, 'utf8')).trim();
    if (!/^[\x21-\x7e]{1,16384}$/.test(token)) {
      throw new CodedError({
        code: 'InvalidToken',
        message: `${this.#path} holds no token: one line of printable ASCII`,
      });
    }
    this.#held = { token, untilMs: nowMs + 60_000 };
    return token;
  }

  async headersFor(): Promise<Readonly<Record<string, string>>> {
    return { authorization: `Bearer ${await this.read()}` };
  }

  /** Makes the next call read the file after a refusal; whoever asked comes again by himself. */
  hear({ statusCode }: Pick<IncomingMessage, 'statusCode'>): boolean {
    if (statusCode === 401) this.#held = undefined;
    return false;
  }
}
