import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '@nannyapi/process';
import type { Tool } from './tools.ts';

/** Folders of the image in which programs lie; Debian has /usr merged. */
const PROGRAM_FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/bin'];
/** These speak of the software that is installed; the image's own would find none of the host's, and say so. */
const HOST_ONLY: ReadonlySet<string> = new Set(['apt', 'apt-cache', 'apt-get', 'apt-mark', 'dpkg', 'dpkg-query']);
const ELF_MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const MAX_LINKS = 16;

/**
 * The programs of the agent's image, run on the host by the image's own loader and with its own libraries: the host may
 * have another C library, or none.
 */
export class ImageTools {
  readonly #root: string;
  readonly #loader: readonly string[];
  readonly #found = new Map<string, Tool>();

  private constructor(root: string, loader: readonly string[]) {
    this.#root = root;
    this.#loader = loader;
  }

  /**
   * Looks for the loader of an image.
   *
   * @param root where the host shows the image's root.
   * @throws CodedError `InvalidConfig` when no root of an image is there.
   */
  static async open(root: string): Promise<ImageTools> {
    for (const folder of await names(join(root, 'usr/lib'))) {
      if (!folder.endsWith('-linux-gnu')) continue;
      const libraries = join(root, 'usr/lib', folder);
      // ld-linux-x86-64.so.2, ld-linux-aarch64.so.1; the links of that name elsewhere are absolute and lead into the host.
      const loader = (await names(libraries)).find((name) => /^ld-linux.*\.so\.\d$/.test(name));
      if (loader === undefined) continue;
      // The host's cache of libraries is for the host's libraries.
      return new ImageTools(root, [join(libraries, loader), '--inhibit-cache', '--library-path', libraries]);
    }
    throw new CodedError({
      code: 'InvalidConfig',
      message: `${root} is no root of an image with a C library: NANNYAPI_AGENT_IMAGE_DIR`,
    });
  }

  /** A program of the image, or `undefined`; scripts are none, for their interpreter is not where they look for it. */
  async find(name: string): Promise<Tool | undefined> {
    const known = this.#found.get(name);
    if (known) return known;
    if (HOST_ONLY.has(name)) return undefined;
    for (const folder of PROGRAM_FOLDERS) {
      const path = await this.#resolve(`${folder}/${name}`);
      if (path === undefined || !(await isElf(path))) continue;
      // Programs with several names go by the one they are called by.
      const tool: Tool = { path, words: [...this.#loader, '--argv0', name, path], origin: 'Image' };
      this.#found.set(name, tool);
      return tool;
    }
    return undefined;
  }

  /** Follows links as they are meant inside the image. */
  async #resolve(path: string): Promise<string | undefined> {
    let current = path;
    for (let links = 0; links <= MAX_LINKS; links += 1) {
      const link = await this.#firstLink(current);
      if (link === undefined) return join(this.#root, current);
      const { at, target, rest } = link;
      // join() never climbs above '/', so no link leads out of the image.
      current = join(target.startsWith('/') ? '/' : dirname(at), target, rest);
    }
    return undefined;
  }

  async #firstLink(path: string): Promise<{ at: string; target: string; rest: string } | undefined> {
    const parts = path.split('/').filter((part) => part !== '');
    for (let count = 1; count <= parts.length; count += 1) {
      const at = `/${parts.slice(0, count).join('/')}`;
      const entry = await lstat(join(this.#root, at)).catch(() => undefined);
      if (!entry?.isSymbolicLink()) continue;
      return { at, target: await readlink(join(this.#root, at)), rest: parts.slice(count).join('/') };
    }
    return undefined;
  }
}

async function names(folder: string): Promise<string[]> {
  // A folder that is absent holds no loader.
  return readdir(folder).catch(() => []);
}

async function isElf(path: string): Promise<boolean> {
  let file;
  try {
    file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.equals(ELF_MAGIC) && ((await file.stat()).mode & 0o111) !== 0;
  } catch {
    // Absent, or a folder: no program.
    return false;
  } finally {
    await file?.close();
  }
}
