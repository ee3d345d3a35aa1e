import { isDeepStrictEqual } from 'node:util';
import { ignoreOvertaken } from '../objects/ignore-overtaken.ts';
import { gatheredRules, type GatheringRole } from '../rbac/gathered-rules.ts';
import { RBAC_GROUP, RBAC_RESOURCES } from '../rbac/rbac-objects.ts';
import type { ApiContext } from '../request/api-context.ts';
import { serverSideApply } from '../schema/index.ts';
import type { ApiObject, CompiledKind, Json } from '../schema/index.ts';
import { BackgroundWork } from './background-work.ts';

const MANAGER = 'clusterrole-aggregation-controller';

/** Keeps the rules of ClusterRoles with an `aggregationRule` those of the roles that it selects. */
export class RoleAggregation {
  readonly #context: ApiContext;
  readonly #work: BackgroundWork;
  #stop: () => void = () => undefined;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#work = new BackgroundWork({ name: MANAGER, log: context.log, clock: context.clock });
  }

  /** Gathers once, then follows the changes of all ClusterRoles. */
  async start(): Promise<void> {
    this.#stop = this.#context.store.onChange(({ object }) => {
      if (object.resource === RBAC_RESOURCES.clusterRole) this.#work.run('', async () => await this.#gather());
    });
    await this.#gather();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#work.close();
  }

  /** One pass may change what another role gathers: the change that it makes brings the next pass. */
  async #gather(): Promise<void> {
    const { store } = this.#context;
    const roles = [...store.list(RBAC_RESOURCES.clusterRole)].map((stored) => store.parse(stored) as GatheringRole);
    const kind = this.#clusterRoleKind();
    const writes = roles.flatMap((role) => {
      if (role.aggregationRule === undefined || role.metadata.deletionTimestamp !== undefined) return [];
      const rules = gatheredRules(role, roles);
      return isDeepStrictEqual(rules, role.rules ?? []) ? [] : [this.#write(kind, role, rules)];
    });
    await Promise.all(writes);
  }

  async #write(kind: CompiledKind, role: ApiObject, rules: unknown): Promise<void> {
    const { name = '' } = role.metadata;
    const applied = {
      apiVersion: `${RBAC_GROUP}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: rules as Json,
    };
    const modify = (live: ApiObject): ApiObject =>
      serverSideApply({ live, applied, manager: MANAGER, force: true, kind, now: this.#context.clock.now() }).object;
    const options = { subresource: '', modify, manager: MANAGER, isDryRun: false, isManaged: true } as const;
    await ignoreOvertaken(this.#context.writer.update(kind, { namespace: '', name }, options));
  }

  #clusterRoleKind(): CompiledKind {
    const kind = this.#context.kinds.findStored(RBAC_RESOURCES.clusterRole);
    if (kind === undefined) throw new Error('the kind ClusterRole is built in');
    return kind;
  }
}
