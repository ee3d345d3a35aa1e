import { randomBytes } from 'node:crypto';
import { API_VERSION, EnrollmentTokenResource, type EnrollmentToken } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { TOKEN_PREFIXES } from '@nannyapi/protocol';
import { ApiError } from '../../http/api-error.ts';
import { parseRanges } from '../../identity/cluster-node.ts';
import type { EnrollmentTokens, IssueEnrollmentToken } from '../enrollment-tokens.ts';
import { ReleaseObjects, type ReleaseObjectsDeps } from '../release-objects.ts';
import { formatToken, hashOf, newSecret } from './token-format.ts';

/** Longest life of an install token, in days: who rolls hosts out for longer makes another. */
const MAX_LIFE_DAYS = 90;
const MAX_USES = 1000;
const MAX_NETWORKS = 32;
const MAX_DESCRIPTION_LENGTH = 256;
const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** The EnrollmentToken objects. */
export class EnrollmentObjects extends ReleaseObjects<EnrollmentToken> implements EnrollmentTokens {
  readonly #clock: Clock;
  readonly #releaseNamespace: string;

  constructor(deps: ReleaseObjectsDeps) {
    super(deps, { type: EnrollmentTokenResource, name: 'enrollment-tokens' });
    this.#clock = deps.clock;
    this.#releaseNamespace = deps.namespace;
  }

  async issue(request: IssueEnrollmentToken): Promise<{ token: string; object: EnrollmentToken }> {
    const problem = findProblem(request, this.#clock.now());
    if (problem) throw new ApiError('ValidationFailed', `${problem.field}: ${problem.message}`, { details: [problem] });
    const { agentNamespace, maxUses = 1, expirationTime, allowedAddresses = [], description, by } = request;
    const name = `install-${randomBytes(5).toString('hex')}`;
    const token = formatToken(TOKEN_PREFIXES.enrollment, name, newSecret());
    const object = await this.create({
      apiVersion: API_VERSION,
      kind: 'EnrollmentToken',
      metadata: { namespace: this.#releaseNamespace, name },
      spec: {
        tokenHash: hashOf(token),
        agentNamespace,
        maxUses,
        expirationTime: expirationTime.toISOString(),
        ...(allowedAddresses.length === 0 ? {} : { allowedAddresses: [...new Set(allowedAddresses)] }),
        ...(description === undefined || description === '' ? {} : { description }),
        createdBy: by.name,
      },
    });
    return { token, object };
  }
}

function findProblem(request: IssueEnrollmentToken, now: Date): { field: string; message: string } | undefined {
  const { agentNamespace, maxUses = 1, expirationTime, allowedAddresses = [], description = '' } = request;
  const lifeMs = expirationTime.getTime() - now.getTime();
  const rules: [string, boolean, string][] = [
    ['agentNamespace', NAMESPACE.test(agentNamespace), 'must be 1 to 63 small letters, digits and dashes'],
    ['maxUses', Number.isInteger(maxUses) && maxUses >= 1 && maxUses <= MAX_USES, `must be from 1 to ${MAX_USES}`],
    [
      'expirationTime',
      lifeMs > 0 && lifeMs <= MAX_LIFE_DAYS * 86_400_000,
      `must lie ahead, by at most ${MAX_LIFE_DAYS} days`,
    ],
    [
      'allowedAddresses',
      allowedAddresses.length <= MAX_NETWORKS && allowedAddresses.every(isNetwork),
      `must be at most ${MAX_NETWORKS} addresses or networks in CIDR notation`,
    ],
    [
      'description',
      description.length <= MAX_DESCRIPTION_LENGTH && !description.includes('\0'),
      `must be at most ${MAX_DESCRIPTION_LENGTH} characters without NUL`,
    ],
  ];
  const broken = rules.find(([, isGood]) => !isGood);
  return broken && { field: broken[0], message: broken[2] };
}

/** One network, and nothing that means several or none. */
function isNetwork(text: string): boolean {
  if (!/^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(text)) return false;
  try {
    parseRanges(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
