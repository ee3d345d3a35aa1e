import type { Agent, DeviceCode } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { isKubeError } from '@nannyapi/runtime';
import type { Counter } from 'prom-client';
import type { Audit } from '../../audit/audit.ts';
import { ApiError } from '../../http/api-error.ts';
import type { Access, Authorizer } from '../../identity/authorizer.ts';
import { plainAddress } from '../../identity/cluster-node.ts';
import type { UserPrincipal } from '../../identity/principal.ts';
import type {
  ApproveDevice,
  ApprovedDevice,
  DeviceApproval,
  PendingDevice,
  UserCodeEntry,
} from '../device-approval.ts';
import type { AgentRef, EnrolledAgents } from '../enrolled-agents.ts';
import { addressBlock } from '../../identity/client-address.ts';
import type { CommandLineSessions } from '../oauth-deps.ts';
import { decidedStatus, type PersonDecision } from './device-decisions.ts';
import type { DeviceObjects } from './device-objects.ts';
import { isPending } from './device-state.ts';
import type { TryLimit } from './try-limit.ts';
import { readUserCode } from './user-code.ts';

/** What {@link ApprovalService} needs. */
export interface ApprovalServiceDeps {
  clock: Clock;
  audit: Audit;
  authorizer: Authorizer;
  devices: DeviceObjects;
  agents: EnrolledAgents;
  tries: TryLimit;
  sessions?: CommandLineSessions | undefined;
  /** nannyapi_device_authorizations_total */
  outcomes: Counter;
}

const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
/** Writers of one code before it is redeemed are the few people who decide on it. */
const MAX_ROUNDS = 4;

/** Decides on pending codes for people; each decision is one write against the state that was seen. */
export class ApprovalService implements DeviceApproval {
  readonly #deps: ApprovalServiceDeps;

  constructor(deps: ApprovalServiceDeps) {
    this.#deps = deps;
  }

  async find(entry: UserCodeEntry): Promise<PendingDevice | undefined> {
    const code = await this.#findCode(entry);
    return code && pendingOf(code);
  }

  async approve(approval: ApproveDevice): Promise<ApprovedDevice | undefined> {
    const code = await this.#findCode(approval);
    if (!code) return undefined;
    const approved =
      code.spec.client === 'Agent'
        ? await this.#approveAgent(code, approval)
        : await this.#approveLogin(code, approval);
    this.#deps.outcomes.inc({ outcome: approved ? 'Approved' : 'DecidedMeanwhile' });
    return approved;
  }

  async deny(entry: UserCodeEntry): Promise<boolean> {
    const code = await this.#findCode(entry);
    const denied = code && (await this.#decide(code, { ...personOf(entry), outcome: 'Denied' }));
    if (!denied) return false;
    this.#deps.outcomes.inc({ outcome: 'Denied' });
    this.#audit('DenyDevice', entry, { kind: 'DeviceCode', ...nameOf(denied) });
    return true;
  }

  async #findCode({ userCode, by, address }: UserCodeEntry): Promise<DeviceCode | undefined> {
    const giveBack = this.#deps.tries.take({ person: by.name, network: addressBlock(address) });
    const text = readUserCode(userCode);
    const code = text === undefined ? undefined : await this.#deps.devices.byUserCode(text);
    if (code) giveBack();
    else this.#deps.outcomes.inc({ outcome: 'WrongUserCode' });
    return code;
  }

  async #approveAgent(code: DeviceCode, approval: ApproveDevice): Promise<ApprovedDevice | undefined> {
    const ref = requireRef(approval);
    await this.#requireRight(approval.by, { verb: 'create', resource: 'agents', namespace: ref.namespace });
    const enrollment = `DeviceCode/${code.metadata.name ?? ''}`;
    const isReplacement = approval.replacesKey === true;
    const claimed = isReplacement
      ? { agent: await this.#requireReplaceable(approval.by, ref), isNew: false }
      : await this.#claimName(ref, { owner: approval.by.name, enrollment });
    const decision = { ...personOf(approval), agentRef: ref, replacesKey: isReplacement, outcome: 'Approved' as const };
    const decided = await this.#decide(code, decision);
    if (!decided) {
      // Somebody else has decided meanwhile, and what they decided stands.
      if (claimed.isNew) await this.#deps.agents.discard(claimed.agent);
      return undefined;
    }
    this.#audit('ApproveDevice', approval, { kind: 'Agent', ...nameOf(claimed.agent) });
    return { client: 'Agent', agent: ref };
  }

  async #claimName(
    ref: AgentRef,
    made: { owner: string; enrollment: string },
  ): Promise<{ agent: Agent; isNew: boolean }> {
    try {
      const claimed = await this.#deps.agents.claim(ref, made);
      if (claimed) return claimed;
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
      throw invalid('namespace', `must name a namespace that exists, and ${ref.namespace} does not`);
    }
    throw new ApiError(
      'AlreadyExists',
      `There is an Agent ${ref.namespace}/${ref.name}: choose another name, or replace its key`,
    );
  }

  async #requireReplaceable(by: UserPrincipal, ref: AgentRef): Promise<Agent> {
    await this.#requireRight(by, { verb: 'update', resource: 'agents', ...ref });
    const key = `${ref.namespace}/${ref.name}`;
    const agent = await this.#deps.agents.live(ref);
    if (!agent) throw new ApiError('NotFound', `There is no Agent ${key} whose key could be replaced`);
    if (agent.spec.nodeName !== undefined)
      throw new ApiError('Conflict', `Agent ${key} is that of a node and proves itself by the token of its pod`);
    if ((agent.spec.access ?? 'Enabled') !== 'Enabled')
      throw new ApiError('Conflict', `Agent ${key} is disabled; enable it first`);
    return agent;
  }

  async #approveLogin(code: DeviceCode, approval: ApproveDevice): Promise<ApprovedDevice | undefined> {
    const user = await this.#deps.sessions?.userOf(approval.by);
    if (user === undefined)
      throw new ApiError(
        'Forbidden',
        'A command line can be logged in only by who logged in here; use the token of the cluster with it',
      );
    const decided = await this.#decide(code, { ...personOf(approval), user, outcome: 'Approved' });
    if (!decided) return undefined;
    this.#audit('ApproveLogin', approval, { kind: 'User', name: user });
    return { client: 'CommandLine' };
  }

  /** Writes the decision as long as nobody has decided; `undefined` when somebody has. */
  async #decide(code: DeviceCode, decision: PersonDecision): Promise<DeviceCode | undefined> {
    const { devices, clock } = this.#deps;
    let seen: DeviceCode | undefined = code;
    for (let round = 1; seen && isPending(seen, clock.now()); round++) {
      try {
        return await devices.writeStatus(seen, decidedStatus(seen, decision, clock.now()));
      } catch (error) {
        if (!isKubeError(error, 'Conflict', 'NotFound') || round === MAX_ROUNDS) throw error;
        seen = await devices.live(seen.metadata.name ?? '');
      }
    }
    return undefined;
  }

  async #requireRight(person: UserPrincipal, access: Access): Promise<void> {
    if (await this.#deps.authorizer.authorize(person, access)) return;
    throw new ApiError(
      'Forbidden',
      `${person.name} may not ${access.verb} agents in namespace ${access.namespace ?? ''}`,
    );
  }

  #audit(
    action: string,
    { by, address, requestID }: UserCodeEntry,
    target: { kind: string; namespace?: string | undefined; name?: string | undefined; uid?: string | undefined },
  ): void {
    this.#deps.audit.record({
      action,
      principal: by,
      address: plainAddress(address),
      requestID,
      target,
      outcome: 'Done',
    });
  }
}

function personOf({ by, address }: UserCodeEntry): { by: string; address: string } {
  return { by: by.name, address: plainAddress(address) };
}

function nameOf({ metadata: { namespace, name, uid } }: Agent | DeviceCode): {
  namespace: string | undefined;
  name: string | undefined;
  uid: string | undefined;
} {
  return { namespace, name, uid };
}

function requireRef({ namespace = '', name = '' }: ApproveDevice): AgentRef {
  if (!NAMESPACE.test(namespace)) throw invalid('namespace', 'must be 1 to 63 small letters, digits and dashes');
  if (!NAME.test(name)) throw invalid('name', 'must be 1 to 253 small letters, digits, dashes and dots');
  return { namespace, name };
}

function invalid(field: string, message: string): ApiError {
  return new ApiError('ValidationFailed', `${field}: ${message}`, { details: [{ field, message }] });
}

function pendingOf({ metadata, spec }: DeviceCode): PendingDevice {
  const { client, hostname, address, version, arch, osName, capabilities = [], requestedName, userAgent } = spec;
  return {
    id: metadata.name ?? '',
    client,
    hostname,
    address,
    version,
    arch,
    osName,
    capabilities: [...capabilities],
    requestedName,
    userAgent,
    startTime: new Date(metadata.creationTimestamp ?? 0),
    expirationTime: new Date(spec.expirationTime),
  };
}
