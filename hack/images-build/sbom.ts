/** One package of an image, whatever brought it. */
export interface ImagePackage {
  /** `npm` for code in the bundle, `deb` for files of Debian, `runtime` for Node itself. */
  kind: 'npm' | 'deb' | 'runtime';
  name: string;
  version: string;
  /** An SPDX licence expression; `NOASSERTION` where none is known for sure. */
  licence: string;
  /** Hex digest of the archive it came in. */
  sha512?: string;
  /** Debian's architecture. */
  architecture?: string;
}

/** What the document is about. */
export interface SbomSubject {
  /** Name of the image, for example `nannyapi-agent`. */
  name: string;
  version: string;
  created: Date;
  /** Makes the document's address one of its own: a digest of what is in it will do. */
  digest: string;
}

const DOCUMENT = 'SPDXRef-DOCUMENT';
const IMAGE = 'SPDXRef-Image';

/**
 * The bill of materials of one image, as SPDX 2.3 in JSON.
 *
 * Our own writer, for the known ones describe a folder of installed packages (`npm sbom`: every package of the lock
 * file, tools of development among them, and nothing of Debian), and not what a bundle and an image really hold.
 */
export function sbomOf(subject: SbomSubject, packages: readonly ImagePackage[]): object {
  const sorted = [...packages].sort((one, other) => (spdxID(one) < spdxID(other) ? -1 : 1));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name: `${subject.name}-${subject.version}`,
    documentNamespace: `https://spdx.org/spdxdocs/${subject.name}-${subject.version}-${subject.digest}`,
    creationInfo: {
      created: `${subject.created.toISOString().slice(0, 19)}Z`,
      creators: ['Organization: NannyAPI', 'Tool: hack/images-build/write-sbom.ts'],
    },
    packages: [imageEntry(subject), ...sorted.map(packageEntry)],
    relationships: [
      { spdxElementId: DOCUMENT, relationshipType: 'DESCRIBES', relatedSpdxElement: IMAGE },
      ...sorted.map((entry) => ({
        spdxElementId: IMAGE,
        relationshipType: 'CONTAINS',
        relatedSpdxElement: spdxID(entry),
      })),
    ],
  };
}

function imageEntry({ name, version }: SbomSubject): object {
  return {
    SPDXID: IMAGE,
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'Apache-2.0',
    copyrightText: 'NOASSERTION',
    primaryPackagePurpose: 'CONTAINER',
  };
}

function packageEntry(entry: ImagePackage): object {
  return {
    SPDXID: spdxID(entry),
    name: entry.name,
    versionInfo: entry.version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: entry.licence,
    copyrightText: 'NOASSERTION',
    externalRefs: [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: packageURL(entry) },
    ],
    ...(entry.sha512 === undefined ? {} : { checksums: [{ algorithm: 'SHA512', checksumValue: entry.sha512 }] }),
  };
}

/** Letters, digits, dots and hyphens only (SPDX 2.3, 3.2). */
function spdxID({ kind, name, version }: ImagePackage): string {
  return `SPDXRef-${kind}-${`${name}-${version}`.replaceAll(/[^A-Za-z0-9.-]/g, '.')}`;
}

/** The package URL (purl) by which scanners know a package. */
function packageURL({ kind, name, version, architecture }: ImagePackage): string {
  if (kind === 'runtime') return `pkg:generic/${name}@${version}`;
  const path = name.split('/').map(encodeURIComponent).join('/');
  const at = encodeURIComponent(version);
  if (kind === 'npm') return `pkg:npm/${path}@${at}`;
  return `pkg:deb/debian/${path}@${at}?arch=${architecture ?? 'all'}&distro=debian-12`;
}
