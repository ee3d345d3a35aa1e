import { describe, expect, it } from 'vitest';
import { bundledPackages } from './bundled-packages.ts';
import { licenceOf, parseDpkgStatus } from './debian-packages.ts';
import { sbomOf, type ImagePackage } from './sbom.ts';

const subject = {
  name: 'nannyapi-agent',
  version: '0.1.0',
  created: new Date('2026-11-25T10:00:00.123Z'),
  digest: 'd1',
};
const pino: ImagePackage = { kind: 'npm', name: '@scope/pino', version: '10.4.0', licence: 'MIT', sha512: 'ab' };
const libc: ImagePackage = {
  kind: 'deb',
  name: 'libc6',
  version: '2.36-9+deb12u14',
  architecture: 'amd64',
  licence: 'NOASSERTION',
};

interface Spdx {
  packages: { SPDXID: string; name: string; licenseDeclared: string; externalRefs?: { referenceLocator: string }[] }[];
  relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
  creationInfo: { created: string };
  documentNamespace: string;
}

describe('the bill of materials of an image', () => {
  const document = sbomOf(subject, [pino, libc]) as Spdx;

  it('names each package once, contained in the image that it describes', () => {
    const ids = document.packages.map(({ SPDXID }) => SPDXID);
    expect(ids).toEqual(['SPDXRef-Image', 'SPDXRef-deb-libc6-2.36-9.deb12u14', 'SPDXRef-npm-.scope.pino-10.4.0']);
    expect(ids.every((id) => /^SPDXRef-[A-Za-z0-9.-]+$/.test(id))).toBe(true);
    expect(document.relationships).toEqual([
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-Image' },
      ...ids.slice(1).map((id) => ({
        spdxElementId: 'SPDXRef-Image',
        relationshipType: 'CONTAINS',
        relatedSpdxElement: id,
      })),
    ]);
  });

  it('gives scanners the package URLs that they know', () => {
    const urls = document.packages.flatMap(({ externalRefs = [] }) => externalRefs.map((ref) => ref.referenceLocator));
    expect(urls).toEqual([
      'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12',
      'pkg:npm/%40scope/pino@10.4.0',
    ]);
  });

  it('tells the time in whole seconds, as SPDX wants it', () => {
    expect(document.creationInfo.created).toBe('2026-11-25T10:00:00Z');
    expect(document.documentNamespace).toBe('https://spdx.org/spdxdocs/nannyapi-agent-0.1.0-d1');
  });
});

describe('the npm packages of a bundle', () => {
  const lock = {
    packages: {
      'node_modules/a/node_modules/@s/b': { version: '1.2.3', license: 'ISC', integrity: 'sha512-q83v' },
      'node_modules/c': { version: '2.0.0' },
    },
  };

  it('have the version, licence and checksum that the lock file pins', () => {
    expect(bundledPackages(['node_modules/a/node_modules/@s/b', 'node_modules/c'], lock)).toEqual([
      { kind: 'npm', name: '@s/b', version: '1.2.3', licence: 'ISC', sha512: 'abcdef' },
      { kind: 'npm', name: 'c', version: '2.0.0', licence: 'NOASSERTION' },
    ]);
  });

  it('are all in the lock file', () => {
    expect(() => bundledPackages(['node_modules/unknown'], lock)).toThrow(/node_modules\/unknown/);
  });
});

describe('the Debian packages of an image', () => {
  it('are those that are installed', () => {
    const status = `Package: lsof
Status: install ok installed
Architecture: amd64
Version: 4.95.0-1
Description: lists open files
 Version: 9, as a text says

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: of-a-minimal-image
Architecture: all
Version: 1:2-3
`;
    expect(parseDpkgStatus(status)).toEqual([
      { name: 'lsof', version: '4.95.0-1', architecture: 'amd64' },
      { name: 'of-a-minimal-image', version: '1:2-3', architecture: 'all' },
    ]);
  });

  it('have a licence where the copyright file names only known ones in the machine-readable form', () => {
    const format = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n';
    expect(licenceOf(`${format}\nFiles: *\nLicense: GPL-2+ and Expat\n\nLicense: GPL-2+\n text\n`)).toBe(
      'GPL-2.0-or-later AND MIT',
    );
    expect(licenceOf(`${format}\nFiles: *\nLicense: GPL-2+\n\nFiles: x\nLicense: Vendor-1\n`)).toBe('NOASSERTION');
    expect(licenceOf('This package was debianized by …\nLicense: GPL-2\n')).toBe('NOASSERTION');
  });
});
