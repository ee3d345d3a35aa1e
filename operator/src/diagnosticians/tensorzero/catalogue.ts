import { commandCatalogue } from '@nannyapi/protocol';
import type { DiagnosisInput } from '../diagnostician.ts';

/** Examples shown of each command. */
const MAX_EXAMPLES = 3;

/** What a model may ask of this host: the commands of the policy that are installed, and traces where they can run. */
export function describeCommands({ agent, investigation }: DiagnosisInput): string {
  const { tools, bpftraceVersion } = agent.capabilities;
  const installed = new Set(tools);
  const offered = commandCatalogue.filter(({ name }) => tools === undefined || installed.has(name));
  const lines = offered.map(({ name, use, examples }) => {
    const shown = examples.slice(0, MAX_EXAMPLES).map((example) => JSON.stringify(example.split(' ')));
    return `- ${name}: ${use}${shown.length > 0 ? `; argv such as ${shown.join(', ')}` : ''}`;
  });
  const canTrace = investigation.ebpf === 'Allowed' && bpftraceVersion !== undefined;
  const why =
    investigation.ebpf === 'Allowed' ? 'this host has no bpftrace that runs' : 'this investigation forbids them';
  const traces = canTrace
    ? '- trace: a bpftrace program, e.g. tracepoint:block:block_rq_issue { @bytes = hist(args->bytes); }; tracepoint, profile, interval, software, BEGIN and END only'
    : `- no traces: ${why}`;
  return [...lines, traces, '- read: a part of stored evidence, by its id and byte range'].join('\n');
}
