/**
 * Measures the control plane and its agent on this machine: `npm run bench [NAME…]`.
 *
 * Goals are those of the design for two cores. Load generator and control plane share the machine, as they did when
 * the figures of the predecessor were taken, so all figures are upper bounds.
 */
import { dispatch } from './dispatch.ts';
import { tableOf, type Benchmark, type Measurement } from './measurement.ts';
import { memory } from './memory.ts';
import { stepOverhead } from './step-overhead.ts';

const BENCHMARKS: Benchmark[] = [dispatch, stepOverhead, memory];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const names = BENCHMARKS.map((benchmark) => benchmark.name).join(', ');
  console.error(`There is no benchmark ${unknown.join(', ')}; there are: ${names}`);
  process.exitCode = 2;
} else {
  const measurements: Measurement[] = [];
  for (const benchmark of BENCHMARKS) {
    if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
    console.error(`${benchmark.name}: ${benchmark.how}`);
    measurements.push(...(await benchmark.run()));
  }
  console.log(tableOf(measurements));
}
