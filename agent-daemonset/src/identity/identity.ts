import { CodedError } from '@nannyapi/process';

/** Tokens of this host. */
export interface AgentTokens {
  accessToken: string;
  refreshToken: string;
}

/** Why and since when the control plane does not let this host in. */
export interface Refusal {
  /** The `error` of RFC 6749 §5.2. */
  code: string;
  message: string;
  /** By the host's clock, RFC 3339. */
  time: string;
}

/** What an enrolled host knows of itself. One file holds all of it, so that no crash leaves a key without its tokens. */
export interface Identity {
  version: 1;
  /** Base address of the control plane. */
  url: string;
  /** Certificates to trust, PEM, and no others; absent: the system's own. */
  caPem?: string;
  /** Ed25519, PKCS #8 in PEM. */
  privateKey: string;
  agent: { namespace: string; name: string };
  tokens: AgentTokens;
  /** By the host's clock, RFC 3339: for people, nothing is decided by them. */
  enrolledTime: string;
  renewedTime: string;
  refusal?: Refusal;
}

/** @throws CodedError `InvalidIdentity` for a text that is none. */
export function parseIdentity(text: string): Identity {
  const value = parseJson(text) as Partial<Identity> | null | undefined;
  const isWhole =
    value?.version === 1 &&
    [value.url, value.privateKey, value.enrolledTime, value.renewedTime].every((part) => typeof part === 'string') &&
    [value.tokens?.accessToken, value.tokens?.refreshToken].every((part) => typeof part === 'string') &&
    [value.agent?.namespace, value.agent?.name].every((part) => typeof part === 'string') &&
    ['string', 'undefined'].includes(typeof value.caPem);
  if (isWhole) return value as Identity;
  throw new CodedError({ code: 'InvalidIdentity', message: 'It holds no identity that this version can read' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no identity, and the caller says so.
    return undefined;
  }
}
