/** The part of `hack/kube` that deals with whole clusters. Exit status: 0, 1 for what went wrong, 2 for a wrong call. */
import { dirname, resolve } from 'node:path';
import { CodedError, errorCode, errorMessage } from '@nannyapi/process';
import { readCommand, type Command } from './arguments.ts';
import { restartApiServer } from './control-plane.ts';
import { adminKubeconfigPath } from './credentials.ts';
import { takeDown } from './down.ts';
import { loadImages } from './images.ts';
import { bringUpKind, kindKubeconfigPath, loadIntoKind, takeDownKind } from './kind.ts';
import { restartNode } from './node.ts';
import { pathExists } from './path-exists.ts';
import { installChart } from './product.ts';
import { Progress } from './progress.ts';
import { runProgram } from './run-program.ts';
import { readCluster, type KnownCluster } from './state.ts';
import { bringUp, checkMachine } from './up.ts';

/** Where a cluster lives unless NANNYAPI_KUBE_DIR says otherwise. */
const FOLDER = resolve(process.env.NANNYAPI_KUBE_DIR || '/var/tmp/nannyapi-kube');

/** Aborted by what asks this process to end. */
const interruption = new AbortController();

async function run(command: Command): Promise<void> {
  const progress = new Progress();
  switch (command.verb) {
    case 'up':
      return await up(command, progress);
    case 'env':
      return await printEnvironment();
    case 'check':
      await checkMachine();
      return;
    case 'load':
      if (await pathExists(kindKubeconfigPath(FOLDER))) return await loadIntoKind(FOLDER, command.archives);
      return await loadImages(await theCluster(), command.archives);
    case 'restart-api-server':
      return await restartApiServer(await theCluster());
    case 'restart-node': {
      const cluster = await theCluster();
      const node = cluster.plan.nodes.find(({ name }) => name === command.node);
      if (!node) {
        const names = cluster.plan.nodes.map(({ name }) => name).join(', ');
        throw new CodedError({ code: 'Usage', message: `there is no node ${command.node}; there are: ${names}` });
      }
      return await restartNode(cluster, node);
    }
    case 'down':
      if (await pathExists(kindKubeconfigPath(FOLDER))) await takeDownKind(FOLDER);
      await takeDown(FOLDER);
      progress.tell('down; nothing is left of it');
  }
}

async function up(command: Command & { verb: 'up' }, progress: Progress): Promise<void> {
  const { on } = command;
  if (on === 'Namespaces') return await bringUp({ folder: FOLDER, ...command, progress, signal: interruption.signal });
  if (on === 'Kind') return await bringUpKind({ folder: FOLDER, ...command, progress });
  progress.tell(
    `installing charts/nannyapi into the cluster of ${command.kubeconfigPath}; its nodes must be able to get the images`,
  );
  await installChart(command.kubeconfigPath);
}

async function printEnvironment(): Promise<void> {
  const kind = kindKubeconfigPath(FOLDER);
  const isKind = await pathExists(kind);
  if (!isKind) await theCluster();
  const programs = [await tool('fetch-kubectl'), await tool('fetch-helm')].map((path) => dirname(path));
  console.log(`export KUBECONFIG=${isKind ? kind : adminKubeconfigPath(FOLDER)}`);
  console.log(`export PATH=${[...new Set(programs)].join(':')}:"$PATH"`);
}

async function tool(name: string): Promise<string> {
  return (await runProgram(`${import.meta.dirname}/../${name}`, [], { timeoutMs: 120_000, showErrors: true })).trim();
}

async function theCluster(): Promise<KnownCluster> {
  const cluster = await readCluster(FOLDER);
  if (cluster) return cluster;
  throw new CodedError({ code: 'NoCluster', message: `There is no cluster in ${FOLDER}: run hack/kube up` });
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () =>
    interruption.abort(new CodedError({ code: 'Interrupted', message: `interrupted by ${name}` })),
  );
}
try {
  await run(readCommand(process.argv.slice(2), process.cwd()));
} catch (error) {
  const cause = (error as Error).cause;
  process.stderr.write(`hack/kube: ${errorMessage(error)}${cause === undefined ? '' : `: ${errorMessage(cause)}`}\n`);
  // What was interrupted may still wait for something that will not come.
  process.exit(errorCode(error) === 'Usage' ? 2 : 1);
}
