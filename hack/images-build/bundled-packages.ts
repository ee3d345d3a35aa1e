import type { ImagePackage } from './sbom.ts';

/** What package-lock.json says of one installed package. */
export interface LockEntry {
  version?: string;
  license?: string;
  /** `sha512-…` in base64, of the archive in the registry. */
  integrity?: string;
}

/**
 * The npm packages whose code is in a bundle.
 *
 * @param folders as the build lists them: keys of the lock file, for example `node_modules/pino`.
 * @throws Error for a folder that the lock file does not know: the bundle then holds something that nothing pins.
 */
export function bundledPackages(
  folders: readonly string[],
  lock: { packages: Readonly<Record<string, LockEntry>> },
): ImagePackage[] {
  return folders.map((folder) => {
    const entry = lock.packages[folder];
    if (entry?.version === undefined) throw new Error(`${folder} is in the bundle and not in package-lock.json`);
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const base64 = /^sha512-([\w+/]+=*)$/.exec(entry.integrity ?? '')?.[1];
    return {
      kind: 'npm',
      name,
      version: entry.version,
      licence: entry.license ?? 'NOASSERTION',
      ...(base64 === undefined ? {} : { sha512: Buffer.from(base64, 'base64').toString('hex') }),
    };
  });
}
