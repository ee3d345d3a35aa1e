import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@nannyapi/process';
import type { RbacObject } from '../../../hack/rbac-usage/granted-rights.ts';
import { AgentDiary } from './agent-diary.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { releaseObjects } from './release.ts';
import { ask, type Question } from './runs.ts';
import { inNamespace, mustKubectl, openSession, type ClusterSession } from './session.ts';
import { inClone, runWithProgress } from './tool.ts';
import { World } from './world.ts';

/** A namespace of people, beside that of the release. */
export const SHOP = 'shop';

/** A part of the audit log, in bytes: while it was written the release ran with the rights of the chart of this clone. */
export interface AuditWindow {
  fromByte: number;
  toByte: number;
}

/** What the chapters share: one cluster, one release, and a record of all that was asked and done. */
export class Story {
  readonly session: ClusterSession;
  readonly world: World;
  readonly diary: AgentDiary;
  /** Names of the nodes; empty until the product is installed. */
  nodes: readonly string[] = [];
  /** All questions so far. */
  readonly questions: Question[] = [];
  readonly auditWindows: AuditWindow[] = [];
  /** Roles and bindings of the release as it was installed last. */
  granted: readonly RbacObject[] = [];
  #auditFrom: number | undefined;

  private constructor(session: ClusterSession, world: World) {
    this.session = session;
    this.world = world;
    this.diary = new AgentDiary(world, inNamespace(session.kubectl, session.access.namespace));
  }

  static async open(access: ClusterAccess): Promise<Story> {
    const session = await openSession(access);
    const log = createLogger({ name: 'cluster-world', level: 'fatal' });
    const world = new World({ client: session.client, log, namespace: access.namespace });
    const story = new Story(session, world);
    // A cluster that stays may hold what an earlier run left.
    await mustKubectl(session.kubectl, ['delete', 'namespace', SHOP, '--ignore-not-found', '--timeout=120s']);
    await mustKubectl(session.kubectl, ['create', 'namespace', SHOP]);
    return story;
  }

  /** Asks in the namespace of people and keeps what was asked. */
  async ask(...questions: Omit<Question, 'namespace'>[]): Promise<Question[]> {
    const asked = questions.map((question) => ({ ...question, namespace: SHOP }));
    this.questions.push(...asked);
    await ask(this.session, asked);
    return asked;
  }

  /** From here on what the API server writes down is held against the rights of the chart of this clone. */
  async beginAudit(): Promise<void> {
    this.#auditFrom = await this.#auditSize();
  }

  /** Reads the roles and bindings of the release as it is installed now. */
  async readGrants(): Promise<void> {
    this.granted = (await releaseObjects(this.session)).filter(({ kind }) => /Role/u.test(kind));
  }

  async endAudit(): Promise<void> {
    if (this.#auditFrom === undefined) return;
    this.auditWindows.push({ fromByte: this.#auditFrom, toByte: await this.#auditSize() });
    this.#auditFrom = undefined;
  }

  /** The audit log of the API server; `undefined` on a cluster that is not ours. */
  get auditLogPath(): string | undefined {
    const { stateDir } = this.session.access;
    return stateDir === undefined ? undefined : join(stateDir, 'audit.log');
  }

  /** Does something to the machines of the cluster, e.g. `restart-node node1`. */
  async kube(...words: string[]): Promise<void> {
    const { stateDir } = this.session.access;
    if (stateDir === undefined) throw new Error(`hack/kube ${words.join(' ')}: the cluster is not ours`);
    await runWithProgress(inClone('hack/kube'), words, { env: { NANNYAPI_KUBE_DIR: stateDir }, deadlineMs: 120_000 });
  }

  async close(): Promise<void> {
    this.diary.close();
    await this.world.close();
    await this.session.close();
  }

  async #auditSize(): Promise<number> {
    return this.auditLogPath === undefined ? 0 : (await stat(this.auditLogPath)).size;
  }
}
