import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { makeFolder, writeFileAtomic } from '@nannyapi/process';
import { ApiError } from '../http/api-error.ts';
import type { AgentArch, AgentPackage, OpenPackage } from './agent-package.ts';
import { tarEnd, tarHeader, tarPadding } from './tar-header.ts';

/** What {@link PackedAgent} packs, and where it keeps it. */
export interface PackedAgentDeps {
  /** Node's own program, of the architecture below; it brings what it needs but for the C library. */
  nodePath: string;
  arch: string;
  /** The agent in one file, `dist/nanny-agent.js`. */
  bundlePath: string;
  /** Folder with `install.sh` and `nannyapi-agent.service`. */
  installFolder: string;
  /** The script that starts the bundle under the Node beside it. */
  launcherPath: string;
  version: string;
  /** Packages are kept here; it is made when it is not there. */
  cacheFolder: string;
}

interface Part {
  name: string;
  path: string;
  mode: number;
  bytes: number;
}

/** Packs its own Node and the agent's bundle, once a version, for hosts of its own architecture. */
export class PackedAgent implements AgentPackage {
  readonly #deps: PackedAgentDeps;
  #packing: Promise<string> | undefined;

  constructor(deps: PackedAgentDeps) {
    this.#deps = deps;
  }

  async script(): Promise<string> {
    return readFile(join(this.#deps.installFolder, 'install.sh'), 'utf8');
  }

  async open(arch: AgentArch): Promise<OpenPackage> {
    if (arch !== this.#deps.arch) {
      throw new ApiError(
        'NotFound',
        `This control plane runs on ${this.#deps.arch} and has no agent for ${arch}: install the agent of that host from a control plane or a release for ${arch}`,
      );
    }
    this.#packing ??= this.#pack().finally(() => {
      this.#packing = undefined;
    });
    const path = await this.#packing;
    const [{ size }, sha256] = await Promise.all([stat(path), readFile(`${path}.sha256`, 'utf8')]);
    return { bytes: size, sha256: sha256.trim(), read: () => createReadStream(path) };
  }

  /** @returns the path of the package, which is packed first when there is none of this very content. */
  async #pack(): Promise<string> {
    const { version, arch, cacheFolder } = this.#deps;
    const parts = await this.#parts();
    const path = join(cacheFolder, `nanny-agent-${version}-linux-${arch}-${await digestOf(parts)}.tar.gz`);
    if (await isThere(`${path}.sha256`)) return path;
    await makeFolder(cacheFolder);
    await this.#removeOld();
    const temporaryPath = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    const hash = createHash('sha256');
    try {
      const file = createWriteStream(temporaryPath, { mode: 0o600 });
      await pipeline(
        Readable.from(this.#archive(parts)),
        createGzip(),
        async function* hashed(pieces: AsyncIterable<Buffer>) {
          for await (const piece of pieces) {
            hash.update(piece);
            yield piece;
          }
        },
        file,
      );
      await rename(temporaryPath, path);
    } finally {
      await rm(temporaryPath, { force: true });
    }
    // Last, so that a package with its hash is a whole one.
    await writeFileAtomic(`${path}.sha256`, `${hash.digest('hex')}\n`);
    return path;
  }

  async #parts(): Promise<Part[]> {
    const { nodePath, bundlePath, launcherPath, installFolder } = this.#deps;
    const unit = 'nannyapi-agent.service';
    const files = [
      // For the end of it all: the host has no other copy to uninstall by.
      { name: 'nanny-agent/install.sh', path: join(installFolder, 'install.sh'), mode: 0o755 },
      { name: 'nanny-agent/nanny-agent', path: launcherPath, mode: 0o755 },
      { name: 'nanny-agent/nanny-agent.js', path: bundlePath, mode: 0o644 },
      { name: `nanny-agent/${unit}`, path: join(installFolder, unit), mode: 0o644 },
      { name: 'nanny-agent/node', path: nodePath, mode: 0o755 },
    ];
    try {
      return await Promise.all(files.map(async (file) => ({ ...file, bytes: (await stat(file.path)).size })));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      throw new ApiError(
        'NotFound',
        'This control plane was started without an agent to give out: npm run build makes it',
        {
          cause,
        },
      );
    }
  }

  async *#archive(parts: readonly Part[]): AsyncGenerator<Buffer> {
    const version = Buffer.from(`${this.#deps.version}\n`);
    yield tarHeader({ name: 'nanny-agent/VERSION', bytes: version.length, mode: 0o644 });
    yield version;
    yield tarPadding(version.length);
    for (const part of parts) {
      yield tarHeader(part);
      yield* wholeFile(part);
      yield tarPadding(part.bytes);
    }
    yield tarEnd();
  }

  /** Packages of other versions, and what a packing that was killed has left. */
  async #removeOld(): Promise<void> {
    const { cacheFolder } = this.#deps;
    for (const name of await readdir(cacheFolder)) {
      if (name.startsWith('nanny-agent-')) await rm(join(cacheFolder, name), { force: true });
    }
  }
}

/** @throws Error when the file has changed since it was measured: the archive would be broken. */
async function* wholeFile({ path, bytes }: Part): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    sent += piece.length;
    yield piece;
  }
  if (sent !== bytes) throw new Error(`${path} has changed while it was packed`);
}

/** Tells builds of one version apart. Node's program is too large to be read each time, and is replaced as a whole. */
async function digestOf(parts: readonly Part[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, path, bytes } of parts) {
    hash.update(`${name} ${bytes}\n`);
    if (name.endsWith('/node')) hash.update(String((await stat(path)).mtimeMs));
    else hash.update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 12);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    return file.fd >= 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
