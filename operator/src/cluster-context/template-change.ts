import type { ContainerSpec, EnvVar, PodSpec } from './kinds.ts';

/**
 * In what the template of a revision differs from the one before, in words.
 *
 * Images and amounts are told with their values; of variables, commands and all else only that they changed: values may be
 * secrets. `undefined` when nothing that is compared differs.
 */
export function templateChange(before: PodSpec | undefined, after: PodSpec | undefined): string | undefined {
  if (!before || !after) return undefined;
  const older = new Map(containersOf(before).map((container) => [container.name, container]));
  const newer = containersOf(after);
  const names = new Set(newer.map(({ name }) => name));
  const changes = [
    ...newer.flatMap((container) => {
      const earlier = older.get(container.name);
      return earlier ? containerChanges(earlier, container) : [`container ${container.name} is new`];
    }),
    ...[...older.keys()].filter((name) => !names.has(name)).map((name) => `container ${name} is gone`),
    ...(differ(before.volumes, after.volumes) ? ['volumes'] : []),
    ...(differ([before.dnsPolicy, before.dnsConfig], [after.dnsPolicy, after.dnsConfig]) ? ['DNS settings'] : []),
    ...(before.hostNetwork === after.hostNetwork ? [] : ['host network']),
  ];
  return changes.length > 0 ? changes.join('; ') : undefined;
}

function containersOf({ containers, initContainers = [] }: PodSpec): ContainerSpec[] {
  return [...containers, ...initContainers];
}

function containerChanges(before: ContainerSpec, after: ContainerSpec): string[] {
  const { name } = after;
  const env = changedVariables(before.env, after.env);
  return [
    ...(before.image === after.image ? [] : [`image of ${name}: ${before.image} -> ${after.image}`]),
    ...amountChanges(before, after),
    ...(env.length > 0 ? [`variables of ${name}: ${env.join(', ')}`] : []),
    ...(differ(before.envFrom, after.envFrom) ? [`sources of variables of ${name}`] : []),
    ...(differ([before.command, before.args], [after.command, after.args]) ? [`command or arguments of ${name}`] : []),
    ...(differ(probesOf(before), probesOf(after)) ? [`probes of ${name}`] : []),
    ...(differ(before.volumeMounts, after.volumeMounts) ? [`mounts of ${name}`] : []),
  ];
}

function amountChanges(before: ContainerSpec, after: ContainerSpec): string[] {
  return (['requests', 'limits'] as const).flatMap((kind) => {
    const [older = {}, newer = {}] = [before.resources?.[kind], after.resources?.[kind]];
    return [...new Set([...Object.keys(older), ...Object.keys(newer)])]
      .filter((resource) => older[resource] !== newer[resource])
      .map(
        (resource) =>
          `${resource} ${kind.slice(0, -1)} of ${after.name}: ${older[resource] ?? 'none'} -> ${newer[resource] ?? 'none'}`,
      );
  });
}

/** Names of the variables that were added, removed or given another value. */
function changedVariables(before: readonly EnvVar[] = [], after: readonly EnvVar[] = []): string[] {
  const byName = (variables: readonly EnvVar[]) => new Map(variables.map((variable) => [variable.name, variable]));
  const [older, newer] = [byName(before), byName(after)];
  return [...new Set([...older.keys(), ...newer.keys()])].filter((name) => differ(older.get(name), newer.get(name)));
}

function probesOf({ livenessProbe, readinessProbe, startupProbe }: ContainerSpec): unknown[] {
  return [livenessProbe, readinessProbe, startupProbe];
}

/** Both come from one API server, which writes fields in one order. */
function differ(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) !== JSON.stringify(b ?? null);
}
