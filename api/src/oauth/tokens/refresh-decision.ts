import type { AgentCredential } from '@nannyapi/crds';

/** How a host asks for new tokens. */
export interface RefreshRequest {
  /** Hash of the refresh token that it shows. */
  tokenHash: string;
  /** Thumbprint of the key that proved the request. */
  thumbprint: string;
  machineID?: string | undefined;
  bootID?: string | undefined;
}

/** What a request for new tokens leads to. */
export type RefreshDecision =
  /** New tokens, written against this very state. */
  | { kind: 'Rotate' }
  /** The answer was lost: the same tokens again. */
  | { kind: 'RepeatAnswer' }
  /** The key is another: of no use to anybody, and no fault of the host. */
  | { kind: 'Refuse' }
  /** Someone holds what one host alone should hold: nobody gets tokens for this key again. */
  | { kind: 'Revoke'; reason: 'RefreshTokenReused' | 'CloneDetected'; message: string };

/** How long the previous refresh token is taken once more, in seconds. */
export const REFRESH_GRACE_SECONDS = 60;

/**
 * Decides one request for new tokens from the newest state of a credential that is otherwise good.
 *
 * The caller has checked that the token is one that was issued for this credential at some time; so one that is neither
 * the present nor the previous one was used up long ago.
 *
 * ```
 *  present token             -> Rotate
 *  previous, within grace    -> RepeatAnswer    its answer was lost, or two asked at once
 *  previous, later; older    -> Revoke          a copy of the state is about
 *  other machine, old boot   -> Revoke          the host itself was copied
 * ```
 */
export function decideRefresh(credential: AgentCredential, request: RefreshRequest, now: Date): RefreshDecision {
  const { spec, status } = credential;
  if (request.thumbprint !== spec.keyThumbprint) return { kind: 'Refuse' };
  const clone = findClone(credential, request);
  if (clone !== undefined) return { kind: 'Revoke', reason: 'CloneDetected', message: clone };
  if (request.tokenHash === status?.refreshTokenHash) return { kind: 'Rotate' };
  const graceTime = status?.previousRefreshTokenGraceTime;
  const isPrevious = request.tokenHash === status?.previousRefreshTokenHash;
  if (isPrevious && graceTime !== undefined && Date.parse(graceTime) > now.getTime()) return { kind: 'RepeatAnswer' };
  return {
    kind: 'Revoke',
    reason: 'RefreshTokenReused',
    message: isPrevious
      ? `The previous refresh token came back more than ${REFRESH_GRACE_SECONDS} seconds after it was used`
      : 'A refresh token came back that was used up long ago',
  };
}

/**
 * Why two machines must hold the key; `undefined` when nothing says so.
 *
 * A machine that boots does not go back to an earlier boot: if one comes back, another machine runs it.
 */
function findClone({ status }: AgentCredential, { machineID, bootID }: RefreshRequest): string | undefined {
  if (status?.machineID !== undefined && machineID !== undefined && machineID !== status.machineID)
    return 'Another machine than the one that was enrolled holds its key';
  const earlier = (status?.bootIDs ?? []).slice(0, -1);
  if (bootID !== undefined && bootID !== status?.bootIDs?.at(-1) && earlier.includes(bootID))
    return 'An earlier boot of the host came back: a copy of it runs beside it';
  return undefined;
}

/** Boots that are remembered. */
const MAX_BOOTS = 8;

/** The boots of a host after it told its present one. */
export function withBoot(bootIDs: readonly string[] | undefined, bootID: string | undefined): string[] {
  const known = bootIDs ?? [];
  return bootID === undefined || known.at(-1) === bootID ? [...known] : [...known, bootID].slice(-MAX_BOOTS);
}
