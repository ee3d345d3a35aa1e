import { resolve } from 'node:path';
import { createLogger } from '@nannyapi/process';
import { readFlags } from './flags.ts';
import { collectExport, countLeft } from './move/collect-export.ts';
import { openSource } from './move/export-source.ts';
import { folderWriter, streamWriter, type ExportWriter } from './move/export-writer.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';

const FLAGS = {
  data: { type: 'string' },
  kubeconfig: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `nanny standalone export`: what a control plane has stored, as files that people can read and a cluster can take. */
export const standaloneExport: Verb = {
  help: `Usage: nanny standalone export --data DIR [TARGET]

Writes agents and investigations as YAML, a file an object, to the new folder TARGET, or all of them to standard output.
The control plane may run or not. nanny import takes the result to a cluster, where no run of it runs again.

  --data DIR           Data folder of the control plane
  --kubeconfig FILE    How to reach the control plane if it runs (default DIR/kubeconfig)

Tasks and evidence stay behind; the quotations that prove a verdict are in the status of its investigation.
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values, positionals } = readFlags(args, FLAGS, 1);
  if (!values.data) throw new UsageError('--data must name the data folder of a control plane');
  const [target] = positionals;
  if (target === '') throw new UsageError('TARGET must name a folder');
  const dataDir = resolve(values.data);
  const source = await openSource({
    dataDir,
    kubeconfigPath: resolve(values.kubeconfig ?? `${dataDir}/kubeconfig`),
    log: createLogger({ name: 'nanny', level: 'warn', destination: io.stderr }),
    signal: io.signal,
  });
  try {
    const deps = { client: source.client, signal: io.signal };
    const writer = target === undefined ? streamWriter(io.stdout) : await folderWriter(resolve(target));
    const counts = await writeAll(writer, collectExport(deps));
    io.stderr.write(summary(counts, target, await countLeft(deps)));
    return 0;
  } finally {
    await source.close();
  }
}

async function writeAll(writer: ExportWriter, items: ReturnType<typeof collectExport>): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  try {
    for await (const item of items) {
      await writer.write(item);
      const { plural } = item.resource;
      counts.set(plural, (counts.get(plural) ?? 0) + 1);
    }
    await writer.finish();
  } catch (error) {
    await writer.discard();
    throw error;
  }
  return counts;
}

function summary(
  counts: ReadonlyMap<string, number>,
  target: string | undefined,
  left: Awaited<ReturnType<typeof countLeft>>,
): string {
  const written = [...counts].map(([plural, count]) => `${plural} ${count}`).join(', ') || 'nothing';
  const lines = [`Exported${target === undefined ? '' : ` to ${target}`}: ${written}`];
  for (const { plural, count, because } of left.filter((kind) => kind.count > 0)) {
    lines.push(`Left behind: ${plural} ${count}; ${because}`);
  }
  return `${lines.join('\n')}\n`;
}
