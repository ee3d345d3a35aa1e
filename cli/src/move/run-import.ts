import { CodedError, errorCode, errorMessage } from '@nannyapi/process';
import { isKubeError, type KubeObject } from '@nannyapi/runtime';
import { hasEnded } from './arriving-status.ts';
import type { Arrival } from './check-document.ts';
import type { ImportTarget } from './import-target.ts';
import type { MovedKind } from './moved-kinds.ts';
import { planImport } from './plan-import.ts';

/** What came of one object. */
export interface ImportResult {
  arrival: Arrival;
  /** `completed`: an earlier import was cut short between its two writes. */
  outcome: 'created' | 'completed' | 'unchanged' | 'differs' | 'failed';
  /** Why it differs or failed; what else there is to know. */
  note?: string;
}

/** What {@link runImport} needs. */
export interface ImportDeps {
  target: Pick<ImportTarget, 'create' | 'get' | 'replaceStatus'>;
  isDryRun: boolean;
  now: Date;
}

/** Objects that are under way to the cluster at once. */
const PARALLEL = 8;
/** How often the operator may write first, which it does once. */
const MAX_STATUS_TRIES = 5;
/** The server's objections against one object, which say nothing about the next. */
const OBJECTIONS = ['Invalid', 'BadRequest', 'RequestEntityTooLarge'];

/**
 * Brings objects into a cluster, those that others refer to first; tells what came of each, in order.
 *
 * Doing it again changes nothing that stands, and goes on where an earlier import ended.
 *
 * @throws CodedError when no further object could arrive either (no right, no answer), naming the first such one
 */
export async function* runImport(arrivals: readonly Arrival[], deps: ImportDeps): AsyncGenerator<ImportResult> {
  const namespaces = arrivals.filter(({ kind }) => kind === undefined);
  const missing = new Set<string>();
  for (const arrival of namespaces) {
    const result = await ensureNamespace(arrival, deps);
    if (result.outcome === 'created') missing.add(arrival.object.metadata.name ?? '');
    yield result;
  }
  const objects = arrivals.flatMap((arrival) => (arrival.kind ? [{ ...arrival, kind: arrival.kind }] : []));
  yield* inParallel(objects, (arrival) =>
    importObject(arrival, { ...deps, isNamespaceMissing: missing.has(arrival.object.metadata.namespace ?? '') }),
  );
}

/** Keeps several calls under way and gives their results in order. */
async function* inParallel<T, R>(items: readonly T[], call: (item: T) => Promise<R>): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  for (const item of items) {
    const result = call(item);
    // It is awaited in its turn; until then a failure must not count as unhandled.
    result.catch(() => undefined);
    underWay.push(result);
    const first = underWay.length >= PARALLEL ? underWay.shift() : undefined;
    if (first) yield await first;
  }
  for (const result of underWay) yield await result;
}

async function ensureNamespace(arrival: Arrival, { target }: ImportDeps): Promise<ImportResult> {
  try {
    const created = await target.create(arrival.resource, arrival.object);
    return { arrival, outcome: created ? 'created' : 'unchanged' };
  } catch (error) {
    // Who may only work inside a namespace cannot make one, and does not have to.
    if (isKubeError(error, 'Forbidden')) {
      return { arrival, outcome: 'unchanged', note: 'no right to create namespaces: it must be there' };
    }
    throw atSource(arrival, error);
  }
}

type ObjectArrival = Arrival & { kind: MovedKind };

async function importObject(
  arrival: ObjectArrival,
  deps: ImportDeps & { isNamespaceMissing: boolean },
): Promise<ImportResult> {
  try {
    const { isDryRun, isNamespaceMissing } = deps;
    if (isDryRun && isNamespaceMissing) {
      return { arrival, outcome: 'created', note: 'not checked by the server: its namespace is not there yet' };
    }
    return await place(arrival, deps);
  } catch (error) {
    if (isKubeError(error, ...OBJECTIONS)) {
      return { arrival, outcome: 'failed', note: `${arrival.source}: ${errorMessage(error)}` };
    }
    throw atSource(arrival, error);
  }
}

/** Creates an object, then gives it its status; whichever of the two is done already is left as it is. */
async function place(arrival: ObjectArrival, { target, isDryRun, now }: ImportDeps): Promise<ImportResult> {
  const { resource, kind, object } = arrival;
  const created = await target.create(resource, object);
  const written = (outcome: 'created' | 'completed'): ImportResult => ({
    arrival,
    outcome,
    ...(kind.moves === 'Run' && !hasEnded(object) ? { note: 'it had not ended: Restored' } : {}),
  });
  if (created && isDryRun) return written('created');
  let present: KubeObject | undefined = created;
  for (let tries = 0; tries < MAX_STATUS_TRIES; tries += 1) {
    present ??= await target.get(resource, object);
    if (!present) return { arrival, outcome: 'failed', note: 'it was deleted in the cluster meanwhile' };
    const plan = planImport(object, present, { moves: kind.moves, now });
    if (plan.kind === 'Differs') return { arrival, outcome: 'differs', note: plan.because };
    if (plan.kind === 'Unchanged') return { arrival, outcome: created ? 'created' : 'unchanged' };
    if (isDryRun || (await target.replaceStatus(resource, present, plan.status))) {
      return written(created ? 'created' : 'completed');
    }
    present = undefined;
  }
  return { arrival, outcome: 'failed', note: 'others keep writing to it; import again' };
}

function atSource({ source }: Arrival, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  const message = `${source}: ${errorMessage(error)}. What arrived before stands; the same import goes on from there`;
  return new CodedError({ code, message, status: 0, cause: error });
}
