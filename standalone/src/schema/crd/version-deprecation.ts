import { compareVersions } from '../discovery/version-order.ts';
import type { Crd, CrdVersion } from './crd-types.ts';

/**
 * What requests for a version are warned of: its own words, or that it is deprecated and which newer version stands in
 * its place. Undefined when it is not deprecated.
 */
export function deprecationOf({ spec }: Crd, version: CrdVersion): string | undefined {
  if (version.deprecated !== true) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const nameOf = ({ name }: CrdVersion): string => `${spec.group}/${name} ${spec.names.kind}`;
  const [newest] = spec.versions
    .filter(({ served, deprecated, name }) => served && deprecated !== true && compareVersions(name, version.name) < 0)
    .sort((a, b) => compareVersions(a.name, b.name));
  return `${nameOf(version)} is deprecated${newest === undefined ? '' : `; use ${nameOf(newest)}`}`;
}
