/**
 * Measures the control plane and its agent on this machine: `npm run bench -- [--times N] [NAME…]`.
 *
 * Goals are those of the design for two cores. Load generator and control plane share the machine, as they did when
 * the figures of the predecessor were taken, so all figures are upper bounds.
 */
import { parseArgs } from 'node:util';
import { watchFanOut } from './api-server/fan-out.ts';
import { apiReads } from './api-server/reads.ts';
import { apiStartUp } from './api-server/start-up.ts';
import { apiWrites } from './api-server/writes.ts';
import { dispatch } from './dispatch.ts';
import { fleet } from './fleet-connected.ts';
import { heartbeats } from './fleet-heartbeats.ts';
import { identity } from './identity/identity.ts';
import { kube } from './kube/kube.ts';
import { tableOf, type Benchmark, type Measurement } from './measurement.ts';
import { memory } from './memory.ts';
import { queue } from './queue.ts';
import { runtimeSync } from './runtime-sync.ts';
import { stepOverhead } from './step-overhead.ts';

const BENCHMARKS: Benchmark[] = [
  dispatch,
  heartbeats,
  fleet,
  identity,
  stepOverhead,
  memory,
  apiStartUp,
  apiWrites,
  apiReads,
  watchFanOut,
  runtimeSync,
  queue,
  kube,
];

const { values, positionals: wanted } = parseArgs({
  options: { times: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const times = Number(values.times);
const unknown = wanted.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const names = BENCHMARKS.map((benchmark) => benchmark.name).join(', ');
  console.error(`There is no benchmark ${unknown.join(', ')}; there are: ${names}`);
  process.exitCode = 2;
} else if (!Number.isInteger(times) || times < 1) {
  console.error(`--times takes a whole number from 1 on, not ${values.times}`);
  process.exitCode = 2;
} else {
  for (const benchmark of BENCHMARKS) {
    if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
    console.error(`${benchmark.name}: ${benchmark.how}`);
    const runs: Measurement[][] = [];
    for (let number = 0; number < times; number++) runs.push(await benchmark.run());
    console.log(`\n${tableOf(runs)}\n`);
  }
}
