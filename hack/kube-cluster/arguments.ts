import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CodedError } from '@nannyapi/process';
import { MAX_NODES } from './cluster-plan.ts';

/** What `hack/kube` is asked to do with a cluster. */
export type Command =
  | { verb: 'up'; on: 'Namespaces'; nodeCount: number; withProduct: boolean }
  | { verb: 'up'; on: 'Kind'; nodeCount: number; withProduct: boolean }
  | { verb: 'up'; on: 'Existing'; kubeconfigPath: string }
  | { verb: 'check' }
  | { verb: 'env' }
  | { verb: 'load'; archives: readonly string[] }
  | { verb: 'restart-node'; node: string }
  | { verb: 'restart-api-server' }
  | { verb: 'down' };

const OPTIONS = {
  nodes: { type: 'string' },
  kind: { type: 'boolean' },
  kubeconfig: { type: 'string' },
  'without-product': { type: 'boolean' },
} as const;

/** Reads the words after `hack/kube`. @throws CodedError `Usage` that says what is allowed. */
export function readCommand(args: readonly string[], cwd: string): Command {
  const { values, positionals } = parse(args);
  const [verb = '', ...operands] = positionals;
  if (verb !== 'up' && Object.keys(values).length > 0) throw usage(`${verb} takes no options`);
  switch (verb) {
    case 'up':
      if (operands.length > 0) throw usage(`up takes no ${operands.join(' ')}`);
      return readUp(values, cwd);
    case 'load':
      if (operands.length === 0) throw usage('load takes the paths of image archives');
      return { verb, archives: operands.map((path) => resolve(cwd, path)) };
    case 'restart-node': {
      const [node, ...more] = operands;
      if (node === undefined || more.length > 0) throw usage('restart-node takes the name of one node, such as node1');
      return { verb, node };
    }
    case 'check':
    case 'env':
    case 'down':
    case 'restart-api-server':
      if (operands.length > 0) throw usage(`${verb} takes no ${operands.join(' ')}`);
      return { verb };
    default:
      throw usage(`there is no ${verb === '' ? 'command without a name' : verb}`);
  }
}

type Values = ReturnType<typeof parse>['values'];

function parse(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw usage((cause as Error).message);
  }
}

function readUp(values: Values, cwd: string): Command {
  const { kubeconfig, kind = false, nodes = '1' } = values;
  const withProduct = !(values['without-product'] ?? false);
  if (kubeconfig !== undefined) {
    if (kind || values.nodes !== undefined || !withProduct) {
      throw usage('--kubeconfig names a cluster that is there; it goes with no other option');
    }
    return { verb: 'up', on: 'Existing', kubeconfigPath: resolve(cwd, kubeconfig) };
  }
  const nodeCount = Number(nodes);
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > MAX_NODES) {
    throw usage(`--nodes takes a number from 1 to ${MAX_NODES}, not ${nodes}`);
  }
  return { verb: 'up', on: kind ? 'Kind' : 'Namespaces', nodeCount, withProduct };
}

function usage(message: string): CodedError {
  return new CodedError({ code: 'Usage', message, status: 400 });
}
