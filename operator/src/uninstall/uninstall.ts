import { CodedError, withDeadline, type Clock, type Logger } from '@nannyapi/process';
import { createKubeClient, type Call, type KubeClient } from '@nannyapi/runtime';
import { Installation } from './installation.ts';
import { LeaseObservation } from './lease-observation.ts';
import { nextUninstallStep, type UninstallState, type UninstallStep } from './plan.ts';
import type { UninstallConfig } from './uninstall-config.ts';

/** What an uninstallation needs. */
export interface UninstallDeps {
  config: UninstallConfig;
  /** Variables of the process: they tell a pod where its API server is. */
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  log: Logger;
}

const LOOK_EVERY_MS = 1000;

/**
 * Prepares a cluster for life without the operator: stops it, takes our finalizers off all our objects, deletes them and
 * their definitions if that is wanted, and its lease. Done twice it does no harm.
 *
 * @throws CodedError `DeadlineExceeded` that says what it waited for last, and whatever the API server refuses.
 */
export async function runUninstall(deps: UninstallDeps, signal: AbortSignal): Promise<void> {
  const { config, env, clock, log } = deps;
  const client = createKubeClient({
    ...(config.NANNYAPI_OPERATOR_KUBECONFIG === undefined
      ? { inCluster: true }
      : { kubeconfigPath: config.NANNYAPI_OPERATOR_KUBECONFIG }),
    env,
    userAgent: 'nannyapi-uninstall',
    clock,
    log,
  });
  try {
    await uninstall(client, deps, signal);
  } finally {
    await client.close();
  }
}

async function uninstall(
  client: KubeClient,
  { config, clock, log }: UninstallDeps,
  signal: AbortSignal,
): Promise<void> {
  const timeoutSeconds = config.NANNYAPI_UNINSTALL_TIMEOUT_SECONDS;
  using deadline = withDeadline(timeoutSeconds * 1000, { signal, clock });
  const call = { signal: deadline.signal };
  const installation = new Installation(client, config);
  const observation = new LeaseObservation();
  let last: UninstallStep | undefined;
  try {
    await installation.stopOperator(call);
    for (;;) {
      const lease = await installation.lease(call);
      const leader = observation.holderAt(lease, clock.monotonicMs());
      last = nextUninstallStep(
        await observe(installation, { leader, removeData: config.NANNYAPI_UNINSTALL_REMOVE_DATA }, call),
      );
      if (last.do === 'Finish') break;
      await act(installation, last, { log, call });
      if (last.do === 'Wait') await clock.sleep(LOOK_EVERY_MS, { signal: deadline.signal });
    }
    await installation.deleteLease(call);
  } catch (error) {
    if (!deadline.signal.aborted || signal.aborted) throw error;
    const waiting = last?.do === 'Wait' ? `, waiting for ${last.for}` : '';
    const message = `Not uninstalled within ${timeoutSeconds} s${waiting}`;
    throw new CodedError({ code: 'DeadlineExceeded', message, status: 504, cause: error });
  }
  log.info('Nothing holds our objects any more');
}

/** Looks at the objects only when nobody writes them any more: before, the look would be for nothing. */
async function observe(
  installation: Installation,
  known: Pick<UninstallState, 'leader' | 'removeData'>,
  call: Call,
): Promise<UninstallState> {
  if (known.leader !== undefined) return { ...known, definitions: [], held: [] };
  const definitions = known.removeData ? await installation.definitions(call) : [];
  return { ...known, definitions, held: await installation.held(call) };
}

async function act(
  installation: Installation,
  step: UninstallStep,
  { log, call }: { log: Logger; call: Call },
): Promise<void> {
  switch (step.do) {
    case 'DeleteDefinitions':
      for (const name of step.names) {
        log.info({ name }, 'Deleting a definition with all its objects');
        await installation.deleteDefinition(name, call);
      }
      return;
    case 'Release':
      for (const object of step.objects) {
        const { plural, namespace, name } = object;
        log.info({ kind: plural, namespace, name }, 'Taking our finalizers off');
        await installation.release(object, call);
      }
      return;
    case 'Wait':
      log.info({ waitsFor: step.for }, 'Waiting');
      return;
    case 'Finish':
      return;
  }
}
