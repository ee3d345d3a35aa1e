import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  apiServerArguments,
  auditPolicy,
  controllerManagerArguments,
  etcdArguments,
  schedulerArguments,
} from './control-plane-arguments.ts';
import { kubectl, TerminalWait, until } from './kubectl.ts';
import { findParts, killParts } from './parts.ts';
import { startProgram } from './start-program.ts';
import type { KnownCluster } from './state.ts';

const READY_SECONDS = 90;
const LAST_WORDS = 1000;

/** Starts etcd, kube-apiserver, kube-controller-manager and kube-scheduler; resolves when the API server is ready. */
export async function startControlPlane(cluster: KnownCluster): Promise<void> {
  const { plan, state } = cluster;
  await mkdir(join(plan.folder, 'etcd'), { recursive: true, mode: 0o700 });
  await writeFile(join(plan.folder, 'audit-policy.json'), JSON.stringify(auditPolicy()));
  await start(cluster, 'etcd', etcdArguments(plan, state.etcdPort));
  await startApiServer(cluster);
  await start(cluster, 'kube-controller-manager', controllerManagerArguments(plan));
  await start(cluster, 'kube-scheduler', schedulerArguments(plan));
}

/** Kills kube-apiserver and starts it again over the same etcd; everything else runs on. */
export async function restartApiServer(cluster: KnownCluster): Promise<void> {
  await killParts(cluster.plan.folder, ({ role }) => role === 'kube-apiserver');
  await startApiServer(cluster);
}

async function startApiServer(cluster: KnownCluster): Promise<void> {
  const { plan, state } = cluster;
  await start(cluster, 'kube-apiserver', apiServerArguments(plan, state.etcdPort));
  const log = join(plan.folder, 'kube-apiserver.log');
  await until(`kube-apiserver being ready (${log})`, READY_SECONDS, async () => {
    const runs = (await findParts(plan.folder)).some(({ role }) => role === 'kube-apiserver');
    if (!runs) throw new TerminalWait(`kube-apiserver ended: ${(await readFile(log, 'utf8')).slice(-LAST_WORDS)}`);
    return (await kubectl(plan.folder, ['get', '--raw', '/readyz', '--request-timeout=2s'])) === 'ok';
  });
}

async function start({ plan, state }: KnownCluster, program: string, args: readonly string[]): Promise<void> {
  await startProgram({
    file: join(state.programs, program),
    args,
    folder: plan.folder,
    role: program,
    logPath: join(plan.folder, `${program}.log`),
  });
}
