/** The whole system with a model behind the real core of the TensorZero gateway: our configuration, our prompts, a real trace. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRunGateway, configWith, GatewayProcess, modelsAt } from '../operator/testing/tensorzero/gateway-process.ts';
import { diagnoseReply, resolveReply } from '../operator/testing/tensorzero/replies.ts';
import { ScriptedModel, type ModelLine, type ModelRequest } from '../operator/testing/tensorzero/scripted-model.ts';
import { startControlPlane, type ControlPlane } from './system/control-plane.ts';
import { investigate, tasksOf, ungroundedQuotes } from './system/investigate.ts';
import { findKubectl, kubectlFor, type Kubectl } from './system/kubectl.ts';

const SEED_TRACE = 'tracepoint:block:block_rq_issue { @ = hist(args->bytes); }';
const canTrace = process.getuid?.() === 0 && existsSync('/usr/bin/bpftrace');

function noFault(id: string, quote: string): string {
  const evidence = [{ id, quote }];
  return resolveReply({ verdict: 'NoFaultFound', evidence, ruledOut: [], plan: 'Nothing to do.', confidence: 'High' });
}

/** The first line of a text that the prompt shows, as a model would copy it. */
function lineOf({ user }: ModelRequest, evidenceID: string, start: string): string {
  const text = new RegExp(`~~~ untrusted ${evidenceID}\\n([\\s\\S]*?)\\n~~~`).exec(user)?.[1] ?? '';
  const line = text.split('\n').find((candidate) => candidate.startsWith(start));
  if (line === undefined) throw new Error(`the prompt shows no line '${start}…' of ${evidenceID}:\n${text}`);
  return line;
}

describe.runIf(canRunGateway() && findKubectl())(
  'an investigation by a model (needs python3 with venv, and kubectl)',
  () => {
    let model: ScriptedModel;
    let gateway: GatewayProcess;
    let plane: ControlPlane;
    let kubectl: Kubectl;
    let removeConfig: () => Promise<void>;

    const script: ModelLine[] = [
      () =>
        diagnoseReply('the disk is slow', [
          { tool: 'run', argv: ['df', '-h'] },
          { tool: 'run', argv: ['cat', '/etc/shadow'] },
          ...(canTrace ? [{ tool: 'trace' as const, program: SEED_TRACE, durationSeconds: 2 }] : []),
        ]),
      () => noFault('s0-cpu', 'cpu core=total busy=12345% is not what this host said'),
      (request) => noFault('s0-cpu', lineOf(request, 's0-cpu', 'cpu core=total')),
    ];

    beforeAll(async () => {
      model = await ScriptedModel.start(script);
      const config = await configWith(modelsAt(model.apiBase));
      removeConfig = () => config.remove();
      gateway = await GatewayProcess.start(config.folder);
      plane = await startControlPlane({ NANNYAPI_TENSORZERO_URL: gateway.url });
      kubectl = kubectlFor(plane.kubeconfigPath);
    });
    afterAll(async () => {
      await plane?.close();
      await gateway?.stop();
      await removeConfig?.();
      await model?.close();
    });

    it('runs what the policy lets it, is told what is refused and what does not stand, and ends with a proved verdict', async () => {
      const investigation = await investigate(kubectl, plane, {
        name: 'by-model',
        prompt: 'Why is this machine slow?',
      });
      const told = JSON.stringify(investigation.status, null, 1);
      expect(investigation.status, told).toMatchObject({ diagnostician: 'tensorzero', phase: 'Completed' });
      expect(investigation.status?.resolution?.verdict, told).toBe('NoFaultFound');
      expect(await ungroundedQuotes(kubectl, investigation)).toEqual([]);
      expect(model.unsaid).toBe(0);

      const tasks = await tasksOf(kubectl, 'by-model');
      const refusedRules = tasks.map(({ spec }) => spec.refused?.map(({ rule }) => rule) ?? []);
      expect(refusedRules).toEqual([[], ['path-secret'], ['verdict.grounding']]);
      expect(tasks.map(({ spec }) => spec.inferenceID !== undefined)).toEqual([false, true, true]);
      const results = tasks[1]?.status?.results ?? [];
      expect(results.map(({ outcome }) => outcome)).toEqual(canTrace ? ['Succeeded', 'Succeeded'] : ['Succeeded']);
    });

    it.runIf(canTrace)(
      'brought the histogram of the block trace back as data (left out without root or bpftrace)',
      async () => {
        const [, step] = await tasksOf(kubectl, 'by-model');
        const trace = step?.status?.results?.find(({ source }) => source.includes('block_rq_issue'));
        expect(trace?.preview).toMatch(/Attached 1 probe\.|@\[\d+, \d+\] \d+|No events\./);
      },
    );
  },
);
