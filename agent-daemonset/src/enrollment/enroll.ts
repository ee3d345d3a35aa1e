import { readFile } from 'node:fs/promises';
import { GRANTS } from '@nannyapi/protocol';
import { CodedError, type Clock } from '@nannyapi/process';
import type { EnrollConfig } from '../config.ts';
import { BackOff } from '../connection/back-off.ts';
import { openTransport } from '../connection/open-transport.ts';
import type { HostFacts } from '../host/host.ts';
import { AgentKey } from '../identity/agent-key.ts';
import { IdentityFile } from '../identity/identity-file.ts';
import type { Identity } from '../identity/identity.ts';
import { NonceBox } from '../identity/nonce-box.ts';
import type { DeviceStart, TokenAnswer } from '../identity/oauth-answers.ts';
import { OAuthClient, OAuthRefusal } from '../identity/oauth-client.ts';
import { TASK_TYPES } from '../tasks/registry.ts';
import { agentVersion } from '../version.ts';
import { checkCa, fetchCa } from './fetch-ca.ts';
import { hostForm } from './machine-form.ts';
import { PendingEnrollmentFile, type PendingEnrollment } from './pending-enrollment.ts';
import { pollForTokens } from './poll-for-tokens.ts';

/** What an enrolment takes from its process. */
export interface EnrollDeps {
  config: EnrollConfig;
  clock: Clock;
  signal: AbortSignal;
  facts: HostFacts;
  /** What a person reads. */
  print: (text: string) => void;
  /** What was given on standard input, where the install token is read from there. */
  readStdin: () => Promise<string>;
}

/** How long a control plane that does not answer is tried, before there is a code. */
const REACH_MS = 120_000;
const BACK_OFF = { firstMs: 1000, maxMs: 15_000 };

/**
 * Makes this host known to a control plane: key, approval by a person or by an install token, tokens on disk.
 *
 * @throws CodedError `AlreadyEnrolled` unless it is to be replaced; `EnrollmentDenied`, `EnrollmentExpired`,
 *   `FingerprintMismatch`; OAuthRefusal with the server's words; `ConnectionFailed` and the like after two minutes.
 */
export async function enroll(deps: EnrollDeps): Promise<Identity> {
  const { config, clock } = deps;
  const file = new IdentityFile(config.stateDir);
  if (!config.isReplacing) await refuseSecond(file);
  const token = await readToken(deps);
  const caPem = await findCa(deps);
  const transport = await openTransport({ ...config, caFile: undefined }, () => clock.now(), caPem);
  try {
    const pending = new PendingEnrollmentFile(config.stateDir);
    const attempt = new Attempt(deps, pending, (key) => {
      return new OAuthClient({ url: config.url, transport, key, nonces: new NonceBox(), clock });
    });
    const { answer, privateKey } = await attempt.run(token);
    const time = clock.now().toISOString();
    const { tokens, agent } = answer;
    const ca = caPem === undefined ? {} : { caPem };
    const identity: Identity = {
      version: 1,
      url: config.url.href,
      ...ca,
      privateKey,
      agent,
      tokens,
      enrolledTime: time,
      renewedTime: time,
    };
    await file.write(identity);
    await pending.remove();
    return identity;
  } finally {
    transport.close();
  }
}

/** A file that cannot be read is somebody's identity all the same. */
async function refuseSecond(file: IdentityFile): Promise<void> {
  const known = await file.read();
  if (known === undefined) return;
  throw new CodedError({
    code: 'AlreadyEnrolled',
    message: `This host is enrolled as ${known.agent.namespace}/${known.agent.name} at ${known.url}; --replace makes a new key and a new enrolment`,
    status: 409,
  });
}

async function readToken({ config, readStdin }: EnrollDeps): Promise<string | undefined> {
  const { enrollmentTokenFile } = config;
  if (enrollmentTokenFile === undefined) return undefined;
  const token = (enrollmentTokenFile === '-' ? await readStdin() : await readFile(enrollmentTokenFile, 'utf8')).trim();
  if (/^[\x21-\x7e]{1,1024}$/.test(token)) return token;
  throw new CodedError({
    code: 'InvalidToken',
    message: 'There is no install token: one line of printable ASCII',
    status: 400,
  });
}

async function findCa({ config, clock, signal }: EnrollDeps): Promise<string | undefined> {
  const { caFile, caFingerprint: fingerprint, url, proxy } = config;
  if (caFile !== undefined) {
    const bytes = await readFile(caFile);
    return fingerprint === undefined ? bytes.toString('utf8') : checkCa(bytes, fingerprint);
  }
  return fingerprint === undefined ? undefined : fetchCa({ url, fingerprint, proxy, clock, signal });
}

/** One call of `enroll`, which may take up what an earlier one began. */
class Attempt {
  readonly #deps: EnrollDeps;
  readonly #file: PendingEnrollmentFile;
  readonly #clientOf: (key: AgentKey) => OAuthClient;

  constructor(deps: EnrollDeps, file: PendingEnrollmentFile, clientOf: (key: AgentKey) => OAuthClient) {
    this.#deps = deps;
    this.#file = file;
    this.#clientOf = clientOf;
  }

  async run(token: string | undefined): Promise<{ answer: TokenAnswer; privateKey: string }> {
    const known = await this.#file.read(this.#deps.config.url);
    // A key goes with one way of enrolment: the server answers it again there, and refuses it elsewhere.
    const isSameWay = known !== undefined && (known.device === undefined) === (token !== undefined);
    if (isSameWay) {
      try {
        return await this.#continue(known, token);
      } catch (error) {
        if (!(error instanceof OAuthRefusal) && !isOver(error)) throw error;
        // What was begun is over; so it begins anew, with a key of its own.
        await this.#file.remove();
        if (token !== undefined) throw error;
      }
    }
    const fresh: PendingEnrollment = {
      version: 1,
      url: this.#deps.config.url.href,
      privateKey: AgentKey.generate().toPem(),
    };
    await this.#file.write(fresh);
    return this.#continue(fresh, token);
  }

  async #continue(
    pending: PendingEnrollment,
    token: string | undefined,
  ): Promise<{ answer: TokenAnswer; privateKey: string }> {
    const key = AgentKey.parse(pending.privateKey);
    const oauth = this.#clientOf(key);
    const answer =
      token === undefined
        ? await this.#byPerson(oauth, key, pending)
        : await this.#persist(async () => oauth.requestTokens(this.#tokenForm(token), this.#deps.signal));
    return { answer, privateKey: pending.privateKey };
  }

  #tokenForm(token: string): Record<string, string | undefined> {
    return { grant_type: GRANTS.enrollmentToken, enrollment_token: token, ...this.#hostForm() };
  }

  async #byPerson(oauth: OAuthClient, key: AgentKey, pending: PendingEnrollment): Promise<TokenAnswer> {
    const { clock, signal, print } = this.#deps;
    const begun = pending.device;
    if (begun !== undefined) {
      const answer = await this.#askOnce(oauth, begun);
      if (answer !== undefined) return answer;
      print('Going on with the enrolment that was begun before.\n');
    }
    const device = begun ?? (await this.#persist(async () => oauth.startDevice(this.#hostForm(), signal)));
    if (begun === undefined) await this.#file.write({ ...pending, device });
    print(invitation(device, key));
    const onLost = (error: CodedError): void => print(`${error.message}. Trying again.\n`);
    return pollForTokens(device, {}, { oauth, clock, signal, onLost });
  }

  /** Looks what has become of a code before it is shown again. @throws OAuthRefusal when it is over. */
  async #askOnce(oauth: OAuthClient, device: DeviceStart): Promise<TokenAnswer | undefined> {
    const form = { grant_type: GRANTS.deviceCode, device_code: device.deviceCode };
    try {
      return await oauth.requestTokens(form, this.#deps.signal);
    } catch (error) {
      const isWaiting = error instanceof OAuthRefusal && ['authorization_pending', 'slow_down'].includes(error.code);
      if (isWaiting || (error instanceof CodedError && !(error instanceof OAuthRefusal))) return undefined;
      throw error;
    }
  }

  #hostForm(): Record<string, string | undefined> {
    const { facts, config } = this.#deps;
    return hostForm(facts, { version: agentVersion(), name: config.name, capabilities: TASK_TYPES });
  }

  /** Until there is a decision: a control plane that restarts is waited for. */
  async #persist<T>(ask: () => Promise<T>): Promise<T> {
    const { clock, signal, print } = this.#deps;
    const endMs = clock.monotonicMs() + REACH_MS;
    const backOff = new BackOff(BACK_OFF);
    for (let isTold = false; ; isTold = true) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        const isFinal = error instanceof OAuthRefusal && error.code !== 'slow_down';
        const delayMs = backOff.nextMs();
        if (isFinal || signal.aborted || clock.monotonicMs() + delayMs > endMs) throw error;
        if (!isTold) print(`${error.message}. Trying again.\n`);
        await clock.sleep(delayMs, { signal });
      }
    }
  }
}

function isOver(error: unknown): boolean {
  return error instanceof CodedError && (error.code === 'EnrollmentDenied' || error.code === 'EnrollmentExpired');
}

function invitation(device: DeviceStart, key: AgentKey): string {
  const minutes = Math.max(1, Math.floor(device.expiresInSeconds / 60));
  const complete = device.verificationUriComplete;
  return `To let this host in, open this page in a browser, on any machine, and log in:

    ${device.verificationUri}

Type this code there, and compare what the page says of the host:

    ${device.userCode}

${complete === undefined ? '' : `A link with the code in it: ${complete}\n`}The code is good for ${minutes} minutes in all. Thumbprint of the key of this host: ${key.thumbprint}
Waiting for approval; Ctrl-C ends it, and the same command takes it up again.
`;
}
