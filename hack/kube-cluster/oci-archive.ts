import { createHash } from 'node:crypto';

/** One file of a tar: its path, and its bytes. */
export interface TarFile {
  path: string;
  bytes: Buffer;
  /** Permission bits. Default 0o644. */
  mode?: number;
}

const BLOCK_BYTES = 512;

/** Writes a tar (POSIX.1-1988 ustar) of regular files of root, dated 1970: the same files make the same bytes. */
export function makeTar(files: readonly TarFile[]): Buffer {
  const blocks = files.flatMap(({ path, bytes, mode }) => [
    tarHeader(path, bytes.length, mode ?? 0o644),
    bytes,
    Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function tarHeader(path: string, size: number, mode: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, at: number, width: number): number =>
    header.write(value.toString(8).padStart(width - 1, '0'), at, 'ascii');
  if (Buffer.byteLength(path) > 100) throw new Error(`a path of a tar is at most 100 bytes: ${path}`);
  header.write(path, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(' ', 148, 156);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return header;
}

const PLATFORM_OF: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Makes an OCI image archive (image-spec 1.1) of one static program in an otherwise empty root.
 *
 * @param image.name with its tag, by which pods name it, for example `localhost/pause:1`
 */
export function makeOciArchive(image: {
  name: string;
  program: string;
  bytes: Buffer;
  arch: NodeJS.Architecture;
}): Buffer {
  const layer = makeTar([{ path: image.program, bytes: image.bytes, mode: 0o755 }]);
  const architecture = PLATFORM_OF[image.arch] ?? image.arch;
  const config = toJson({
    architecture,
    os: 'linux',
    config: { Entrypoint: [`/${image.program}`] },
    rootfs: { type: 'layers', diff_ids: [digest(layer)] },
  });
  const manifest = toJson({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: describeBlob('application/vnd.oci.image.config.v1+json', config),
    layers: [describeBlob('application/vnd.oci.image.layer.v1.tar', layer)],
  });
  const entry = {
    ...describeBlob('application/vnd.oci.image.manifest.v1+json', manifest),
    annotations: { 'io.containerd.image.name': image.name, 'org.opencontainers.image.ref.name': image.name },
    platform: { architecture, os: 'linux' },
  };
  return makeTar([
    { path: 'oci-layout', bytes: toJson({ imageLayoutVersion: '1.0.0' }) },
    { path: 'index.json', bytes: toJson({ schemaVersion: 2, manifests: [entry] }) },
    ...[config, manifest, layer].map((bytes) => ({ path: `blobs/sha256/${digest(bytes).slice(7)}`, bytes })),
  ]);
}

function describeBlob(mediaType: string, bytes: Buffer): object {
  return { mediaType, digest: digest(bytes), size: bytes.length };
}

function digest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function toJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
