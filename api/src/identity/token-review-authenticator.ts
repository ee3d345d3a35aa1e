import type { BlockList } from 'node:net';
import type { Clock, Logger } from '@nannyapi/process';
import type { KubeClient } from '@nannyapi/runtime';
import { Counter, type Registry } from 'prom-client';
import { ApiError } from '../http/api-error.ts';
import type { Authenticator, Origin } from './authenticator.ts';
import { holds, plainAddress } from './cluster-node.ts';
import { NodeDirectory, type KnownNode } from './node-directory.ts';
import type { NamedUID, Principal } from './principal.ts';
import type { AgentTokenRule } from './reviewed-principal.ts';
import { TokenReviewer } from './token-reviewer.ts';

/** What {@link createTokenReviewAuthenticator} needs. */
export interface TokenReviewAuthenticatorDeps {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry: Registry;
  rule: AgentTokenRule;
  /** Addresses from which any node's agent may come although its Node does not name them. */
  sharedAddresses: BlockList;
}

/** How an authentication ended; the label of its metric. */
type Outcome = 'Agent' | 'User' | 'Wrong' | RefusalReason | 'Limited' | 'Unavailable';

/** Why a good token is refused. */
type RefusalReason = 'OtherServiceAccount' | 'NoNodeClaim' | 'NodeGone' | 'OtherAddress';

/**
 * Knows agents and people of a cluster by its own tokens (TokenReview).
 *
 * An agent shows the projected token of its pod, which names its node. It is good only from an address of that node, so
 * that a copy of it is of no use elsewhere (ADR 0021). Every other token of the cluster is that of a person.
 */
export function createTokenReviewAuthenticator(deps: TokenReviewAuthenticatorDeps): Authenticator {
  return new TokenReviewAuthenticator(deps);
}

class TokenReviewAuthenticator implements Authenticator {
  readonly #deps: TokenReviewAuthenticatorDeps;
  readonly #reviewer: TokenReviewer;
  readonly #nodes: NodeDirectory;
  readonly #outcomes: Counter;

  constructor(deps: TokenReviewAuthenticatorDeps) {
    this.#deps = deps;
    this.#reviewer = new TokenReviewer(deps);
    this.#nodes = new NodeDirectory(deps);
    this.#outcomes = new Counter({
      name: 'nannyapi_authentications_total',
      help: 'Requests with a token, by what the token was found to be.',
      labelNames: ['outcome'],
      registers: [deps.registry],
    });
  }

  async authenticate(bearer: string, origin: Origin): Promise<Principal | undefined> {
    try {
      const principal = await this.#identify(bearer, origin);
      this.#count(principal === undefined ? 'Wrong' : principal.kind === 'agent' ? 'Agent' : 'User');
      return principal;
    } catch (error) {
      if (!(error instanceof Refusal)) this.#count(isLimit(error) ? 'Limited' : 'Unavailable');
      throw error;
    }
  }

  async #identify(bearer: string, origin: Origin): Promise<Principal | undefined> {
    const reviewed = await this.#reviewer.review(bearer, origin);
    if (reviewed.kind === 'NotGood') return undefined;
    if (reviewed.kind === 'Refused') throw this.#refuse(reviewed.reason, reviewed.detail, origin);
    const { principal } = reviewed;
    if (principal.kind === 'agent' && principal.node) await this.#requireNode(principal.node, origin);
    return principal;
  }

  async #requireNode(claimed: NamedUID, origin: Origin): Promise<void> {
    const { sharedAddresses } = this.#deps;
    const isFrom = (node: KnownNode): boolean =>
      holds(node.addresses, origin.address) || holds(sharedAddresses, origin.address);
    const node = await this.#nodes.find(claimed.name, (known) => known.uid === claimed.uid && isFrom(known));
    if (node?.uid !== claimed.uid) {
      const detail = `The token is of a Node ${claimed.name} that is gone; delete the agent's pod, so that it gets a new one`;
      throw this.#refuse('NodeGone', detail, origin);
    }
    if (isFrom(node)) return;
    const detail =
      `The token of the agent of node ${claimed.name} came from ${plainAddress(origin.address)}, which is no address of that node. ` +
      'Either it was copied, or the network changes the source of connections: then see NANNYAPI_API_AGENT_SHARED_ADDRESSES';
    throw this.#refuse('OtherAddress', detail, origin);
  }

  #refuse(reason: RefusalReason, detail: string, { address }: Origin): Refusal {
    this.#count(reason);
    this.#deps.log.warn({ reason, detail, address: plainAddress(address) }, 'Refused a good token');
    return new Refusal('Forbidden', detail);
  }

  #count(outcome: Outcome): void {
    this.#outcomes.inc({ outcome });
  }
}

/** A refusal that was counted where it was decided. */
class Refusal extends ApiError {}

function isLimit(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'TooManyRequests';
}
