import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load, loadAll } from 'js-yaml';

/** The folder of this file: `dist/` in the bundle, `cli/src/` in the sources. */
const HERE = dirname(fileURLToPath(import.meta.url));

/** Whether this is the bundle rather than the sources. */
const isBundle = existsSync(join(HERE, 'nanny-agent.js'));

/** The custom resource definitions that this version ships, parsed. */
export function shippedCrds(): unknown[] {
  const folder = isBundle ? join(HERE, 'crds') : join(HERE, '../../crds/v1alpha1');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') || file.endsWith('.yaml'))
    .toSorted()
    .map((file) => parseCrd(file, readFileSync(join(folder, file), 'utf8')));
}

/** The roles and admission policies that this version ships, parsed. */
export function shippedAccess(): unknown[] {
  if (isBundle) return JSON.parse(readFileSync(join(HERE, 'access.json'), 'utf8')) as unknown[];
  const folder = join(HERE, '../../crds/access');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .flatMap((file) => loadAll(readFileSync(join(folder, file), 'utf8')));
}

/** The bundle has them as JSON: a parser of YAML would take a tenth of the start, and 3 MB for good. */
function parseCrd(file: string, text: string): unknown {
  return file.endsWith('.json') ? JSON.parse(text) : load(text);
}

/** The program that starts the agent of this version; it chooses Node and its flags by itself. */
export function agentCommand(): string[] {
  return [join(HERE, isBundle ? '..' : '../..', 'agent-daemonset/bin/nanny-agent')];
}
