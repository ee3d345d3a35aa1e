/** Who may import whom. The table of docs/architecture; `npm run layers` holds the house to it. */
export const LAYERS: Record<string, readonly string[]> = {
  process: [],
  crds: ['process'],
  protocol: ['process'],
  runtime: ['process'],
  operator: ['process', 'crds', 'protocol', 'runtime'],
  api: ['process', 'crds', 'protocol', 'runtime'],
  'agent-daemonset': ['process', 'protocol'],
  standalone: ['process', 'crds', 'protocol', 'runtime', 'operator', 'api'],
  cli: ['process', 'crds', 'protocol', 'runtime', 'operator', 'api', 'agent-daemonset', 'standalone'],
};

/** Rooms whose tests may start the embedded API server. */
const TESTED_ON_STANDALONE = ['operator', 'api', 'runtime'];

/** One import that the table does not allow. */
export interface LayerBreach {
  file: string;
  specifier: string;
  message: string;
}

/**
 * Judges the import specifiers of one file.
 *
 * @param file path from the root, e.g. `operator/src/index.ts`
 * @param specifiers as written in the file
 */
export function findLayerBreaches(file: string, specifiers: readonly string[]): LayerBreach[] {
  const room = file.split('/')[0] ?? '';
  const allowed = LAYERS[room];
  if (!allowed) return [];
  const isTest = /\.test\.ts$|\/testing\//.test(file);
  return specifiers.flatMap((specifier) => {
    const message = judge({ file, room, allowed, isTest }, specifier);
    return message ? [{ file, specifier, message }] : [];
  });
}

interface Importer {
  file: string;
  room: string;
  allowed: readonly string[];
  isTest: boolean;
}

function judge(importer: Importer, specifier: string): string | undefined {
  const { file, room, allowed, isTest } = importer;
  const package_ = /^@nannyapi\/([^/]+)(\/.*)?$/.exec(specifier);
  if (package_) {
    const [, target = '', subpath] = package_;
    if (target === 'standalone' && subpath === '/testing' && isTest && TESTED_ON_STANDALONE.includes(room))
      return undefined;
    if (target === room) return `${room} imports itself by package name; use a relative path`;
    return allowed.includes(target) ? undefined : `${room} may not import ${target}`;
  }
  if (specifier.startsWith('.')) {
    const steps = file.split('/').slice(0, -1);
    for (const part of specifier.split('/')) {
      if (part === '..') steps.pop();
      else if (part !== '.') steps.push(part);
    }
    return steps[0] === room ? undefined : `${room} reaches into ${steps[0] ?? 'the root'} by a relative path`;
  }
  return undefined;
}
