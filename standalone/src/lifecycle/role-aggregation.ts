import { isDeepStrictEqual } from 'node:util';
import { ignoreOvertaken } from '../objects/ignore-overtaken.ts';
import { gatheredRules, type GatheringRole } from '../rbac/gathered-rules.ts';
import { RBAC_GROUP, RBAC_RESOURCES } from '../rbac/rbac-objects.ts';
import type { ApiContext } from '../request/api-context.ts';
import { serverSideApply } from '../schema/index.ts';
import type { ApiObject, CompiledKind, Json } from '../schema/index.ts';
import { BackgroundWork } from './background-work.ts';

const MANAGER = 'clusterrole-aggregation-controller';
/** Roles that gather each other in a circle may never come to rest. */
const MAX_PASSES = 20;

/** Keeps the rules of ClusterRoles with an `aggregationRule` those of the roles that it selects. */
export class RoleAggregation {
  readonly #context: ApiContext;
  readonly #work: BackgroundWork;
  #stop: () => void = () => undefined;
  /** The role that is being written: its change is no news. */
  #writing: string | undefined;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#work = new BackgroundWork({ name: MANAGER, log: context.log, clock: context.clock });
  }

  /** Gathers until there is nothing left to gather, then follows the changes of all ClusterRoles. */
  async start(): Promise<void> {
    await this.#gather();
    this.#stop = this.#context.store.onChange(({ object }) => {
      if (object.resource !== RBAC_RESOURCES.clusterRole || this.#writing === object.name) return;
      this.#work.run('', async () => await this.#gather());
    });
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#work.close();
  }

  /** Passes until one changes nothing: what a role gathers may be gathered from it in turn. */
  async #gather(): Promise<void> {
    for (let pass = 1; pass <= MAX_PASSES; pass += 1) if (!(await this.#pass())) return;
    this.#context.log.warn('ClusterRoles gather the rules of each other without end');
  }

  /** True when it changed something. One role after the other, so that two that gather each other come to rest. */
  async #pass(): Promise<boolean> {
    let hasChanged = false;
    for (const { name = '' } of this.#roles().map(({ metadata }) => metadata)) {
      const roles = this.#roles();
      const role = roles.find(({ metadata }) => metadata.name === name);
      if (role?.aggregationRule === undefined || role.metadata.deletionTimestamp !== undefined) continue;
      const rules = gatheredRules(role, roles);
      if (isDeepStrictEqual(rules, role.rules ?? [])) continue;
      await this.#write(role, rules);
      hasChanged = true;
    }
    return hasChanged;
  }

  #roles(): GatheringRole[] {
    const { store } = this.#context;
    return [...store.list(RBAC_RESOURCES.clusterRole)].map((stored) => store.parse(stored) as GatheringRole);
  }

  async #write(role: ApiObject, rules: unknown): Promise<void> {
    const kind = this.#clusterRoleKind();
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
    this.#writing = name;
    try {
      await ignoreOvertaken(this.#context.writer.update(kind, { namespace: '', name }, options));
    } finally {
      this.#writing = undefined;
    }
  }

  #clusterRoleKind(): CompiledKind {
    const kind = this.#context.kinds.findStored(RBAC_RESOURCES.clusterRole);
    if (kind === undefined) throw new Error('the kind ClusterRole is built in');
    return kind;
  }
}
