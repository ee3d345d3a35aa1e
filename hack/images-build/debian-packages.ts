import type { ImagePackage } from './sbom.ts';

/** Installed packages as dpkg's status file tells them (deb822: blocks of `Field: value`, parted by empty lines). */
export function parseDpkgStatus(text: string): Omit<ImagePackage, 'kind' | 'licence'>[] {
  return text.split(/\n\n+/).flatMap((block) => {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]?.trim();
    const [name, version, architecture] = [field('Package'), field('Version'), field('Architecture')];
    if (name === undefined || version === undefined || field('Status')?.endsWith(' installed') === false) return [];
    return [{ name, version, ...(architecture === undefined ? {} : { architecture }) }];
  });
}

/** Debian's names of licences that SPDX spells otherwise; compared without regard to case. */
const SPDX_NAMES: Readonly<Record<string, string>> = {
  'apache-2': 'Apache-2.0',
  'apache-2.0': 'Apache-2.0',
  'artistic-1': 'Artistic-1.0',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd-4-clause': 'BSD-4-Clause',
  expat: 'MIT',
  mit: 'MIT',
  isc: 'ISC',
  zlib: 'Zlib',
  'gpl-1': 'GPL-1.0-only',
  'gpl-1+': 'GPL-1.0-or-later',
  'gpl-2': 'GPL-2.0-only',
  'gpl-2+': 'GPL-2.0-or-later',
  'gpl-3': 'GPL-3.0-only',
  'gpl-3+': 'GPL-3.0-or-later',
  'lgpl-2': 'LGPL-2.0-only',
  'lgpl-2+': 'LGPL-2.0-or-later',
  'lgpl-2.1': 'LGPL-2.1-only',
  'lgpl-2.1+': 'LGPL-2.1-or-later',
  'lgpl-3': 'LGPL-3.0-only',
  'lgpl-3+': 'LGPL-3.0-or-later',
  'mpl-2.0': 'MPL-2.0',
};

/**
 * The licences that a package's copyright file names, joined by AND.
 *
 * Only the machine-readable form (Debian's DEP 5) is read, and only when SPDX has a name for each of its licences;
 * everything else is `NOASSERTION`, and the file itself stays in the image at `/usr/share/doc/<package>/copyright`.
 */
export function licenceOf(copyright: string): string {
  if (!/^Format: .*copyright-format/m.test(copyright)) return 'NOASSERTION';
  const named = new Set<string>();
  for (const [, words = ''] of copyright.matchAll(/^License: *(.+)$/gm)) {
    for (const word of words.split(/ and | or |, /)) named.add(word.trim());
  }
  const known = [...named].map((name) => SPDX_NAMES[name.toLowerCase()] ?? '');
  if (known.length === 0 || known.includes('')) return 'NOASSERTION';
  return [...new Set(known)].sort((one, other) => (one < other ? -1 : 1)).join(' AND ');
}
