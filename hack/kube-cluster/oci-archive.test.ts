import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { makeOciArchive, makeTar } from './oci-archive.ts';

/** What tar itself makes of it. */
function untar(archive: Buffer, ...args: string[]): string {
  return execFileSync('tar', [...args, '-f', '-'], { input: archive, encoding: 'utf8' });
}

const image = { name: 'localhost/tool:1', program: 'tool', bytes: Buffer.from('ELF'), arch: 'x64' as const };

describe('makeTar', () => {
  it('makes what tar reads: path, mode and bytes', () => {
    const archive = makeTar([
      { path: 'a/b', bytes: Buffer.from('x'.repeat(513)), mode: 0o755 },
      { path: 'c', bytes: Buffer.alloc(0) },
    ]);
    expect(untar(archive, '-tv', '--numeric-owner')).toMatch(
      /^-rwxr-xr-x 0\/0\s+513 .* a\/b\n-rw-r--r-- 0\/0\s+0 .* c\n$/,
    );
    expect(execFileSync('tar', ['-xOf', '-', 'a/b'], { input: archive, encoding: 'utf8' })).toBe('x'.repeat(513));
  });
});

describe('makeOciArchive', () => {
  it('names the image, and every blob by its digest and size', () => {
    const archive = makeOciArchive(image);
    const read = (path: string) => execFileSync('tar', ['-xOf', '-', path], { input: archive });
    const index = JSON.parse(read('index.json').toString()) as { manifests: { digest: string; annotations: object }[] };
    expect(index.manifests[0]?.annotations).toMatchObject({ 'io.containerd.image.name': 'localhost/tool:1' });
    const blob = (digest: string) => read(`blobs/sha256/${digest.replace('sha256:', '')}`);
    const manifest = JSON.parse(blob(index.manifests[0]?.digest ?? '').toString()) as {
      config: { digest: string };
      layers: { digest: string; size: number }[];
    };
    const layer = blob(manifest.layers[0]?.digest ?? '');
    expect(layer.length).toBe(manifest.layers[0]?.size);
    expect(untar(layer, '-t')).toBe('tool\n');
    expect(JSON.parse(blob(manifest.config.digest).toString())).toMatchObject({
      architecture: 'amd64',
      config: { Entrypoint: ['/tool'] },
      rootfs: { diff_ids: [manifest.layers[0]?.digest] },
    });
  });

  it('makes the same bytes of the same program', () => {
    expect(makeOciArchive(image).equals(makeOciArchive(image))).toBe(true);
  });
});
