import type { ServerResponse } from 'node:http';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Clock } from '@nannyapi/process';
import type { ResourceTarget } from './resource-target.ts';
import type { Verb } from '../verbs/verb.ts';

const TARGET_LABELS = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const;
/** kube-apiserver's bounds, so that its dashboards and alerts work. */
const DURATION_BUCKETS_SECONDS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

/** Counts requests under the names, labels and bounds that kube-apiserver uses. */
export class ApiMetrics {
  readonly #clock: Clock;
  readonly #requests: Counter<(typeof TARGET_LABELS)[number] | 'dry_run' | 'code'>;
  readonly #durations: Histogram<(typeof TARGET_LABELS)[number] | 'dry_run'>;
  readonly #longRunning: Gauge<(typeof TARGET_LABELS)[number]>;
  readonly #inFlight: Gauge<'request_kind'>;

  constructor(registry: Registry, clock: Clock) {
    const registers = [registry];
    this.#clock = clock;
    this.#requests = new Counter({
      name: 'apiserver_request_total',
      help: 'Requests answered.',
      labelNames: [...TARGET_LABELS, 'dry_run', 'code'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'apiserver_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer; watches not included.',
      labelNames: [...TARGET_LABELS, 'dry_run'],
      buckets: DURATION_BUCKETS_SECONDS,
      registers,
    });
    this.#longRunning = new Gauge({
      name: 'apiserver_longrunning_requests',
      help: 'Open watches.',
      labelNames: TARGET_LABELS,
      registers,
    });
    this.#inFlight = new Gauge({
      name: 'apiserver_current_inflight_requests',
      help: 'Requests being answered now, watches not included.',
      labelNames: ['request_kind'],
      registers,
    });
    for (const kind of ['readOnly', 'mutating']) this.#inFlight.set({ request_kind: kind }, 0);
  }

  /** Counts one request to a resource until its answer has ended. */
  observe(request: ObservedRequest, response: ServerResponse): void {
    const startMs = this.#clock.monotonicMs();
    const labels = labelsOf(request);
    const isWatch = request.verb === 'watch';
    const kind = { request_kind: isReading(request.verb) ? 'readOnly' : 'mutating' };
    if (isWatch) this.#longRunning.inc(labels);
    else this.#inFlight.inc(kind);
    response.once('close', () => {
      const dry_run = request.isDryRun ? 'All' : '';
      if (isWatch) this.#longRunning.dec(labels);
      else this.#inFlight.dec(kind);
      this.#requests.inc({ ...labels, dry_run, code: response.statusCode });
      if (!isWatch) this.#durations.observe({ ...labels, dry_run }, (this.#clock.monotonicMs() - startMs) / 1000);
    });
  }
}

/** What is counted of a request. */
export interface ObservedRequest {
  verb: Verb;
  target: ResourceTarget;
  isDryRun: boolean;
}

const VERB_LABELS: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
};

function isReading(verb: Verb): boolean {
  return verb === 'get' || verb === 'list' || verb === 'watch';
}

/** No name of an object is a label: there are as many as there are objects. */
function labelsOf({ verb, target }: ObservedRequest): Record<(typeof TARGET_LABELS)[number], string> {
  const { group, version, plural } = target.kind.resource;
  const { name, namespace, subresource } = target.path;
  const scope = name !== '' || verb === 'create' ? 'resource' : namespace === '' ? 'cluster' : 'namespace';
  return { verb: VERB_LABELS[verb], group, version, resource: plural, subresource, scope, component: 'apiserver' };
}
