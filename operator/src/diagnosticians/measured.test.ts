import { FakeClock } from '@nannyapi/process';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { ScriptedDiagnostician } from '../../testing/scripted-diagnostician.ts';
import type { DiagnosisInput } from './diagnostician.ts';
import { measured } from './measured.ts';

it('counts answers and failures with the time they took', async () => {
  const clock = new FakeClock();
  const registry = new Registry();
  const scripted = new ScriptedDiagnostician([
    async () => {
      await clock.advance(3000);
      return { move: 1 };
    },
    () => Promise.reject(new Error('no')),
  ]);
  const diagnostician = measured(scripted, { clock, registry });
  const call = { signal: new AbortController().signal };
  expect(await diagnostician.next({} as DiagnosisInput, call)).toEqual({ move: 1 });
  await expect(diagnostician.next({} as DiagnosisInput, call)).rejects.toThrow('no');
  const text = await registry.metrics();
  expect(text).toContain('nannyapi_diagnostician_seconds_sum{diagnostician="scripted",result="answered"} 3');
  expect(text).toContain('nannyapi_diagnostician_seconds_count{diagnostician="scripted",result="failed"} 1');
});
