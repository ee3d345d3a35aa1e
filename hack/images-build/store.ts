import { join } from 'node:path';
import type { ToolRunner } from './run-tool.ts';

const MAX_LAYERS = 300;

/** Buildah over a storage of our own, so that nothing of the machine's own containers is touched. */
export class ImageStore {
  readonly #tools: ToolRunner;
  readonly #options: readonly string[];
  readonly #overlay: string;

  constructor(tools: ToolRunner, cache: string) {
    this.#tools = tools;
    this.#overlay = join(cache, 'storage/overlay');
    this.#options = ['--root', join(cache, 'storage'), '--runroot', join(cache, 'run')];
  }

  async buildah(...args: string[]): Promise<void> {
    await this.#tools.run('buildah', [...this.#options, ...args]);
  }

  has(image: string): boolean {
    return (
      this.#tools.ask('buildah', [
        ...this.#options,
        'inspect',
        '--type',
        'image',
        '--format',
        '{{.FromImageID}}',
        image,
      ]) !== undefined
    );
  }

  /**
   * Removes what an interrupted build left, and all layers when there are very many: those of old sources are found by
   * no build any more. Only for who holds the cache's lock.
   */
  async sweep(): Promise<void> {
    await this.buildah('rm', '--all');
    const layers = this.#tools.ask('buildah', [...this.#options, 'images', '--all', '--quiet']) ?? '';
    if (layers.split('\n').length > MAX_LAYERS) await this.buildah('rmi', '--prune', '--force');
  }

  /** Forgets the images under a name but for some, with the layers that only they have. */
  async keepOnly(prefix: string, kept: readonly string[]): Promise<void> {
    const all = this.#tools.ask('buildah', [...this.#options, 'images', '--format', '{{.Name}}:{{.Tag}}']) ?? '';
    const old = all.split('\n').filter((name) => name.startsWith(prefix) && !kept.includes(name));
    for (const name of old) await this.buildah('rmi', name);
  }

  /** Empties the storage, so that its folder can be removed. */
  async empty(): Promise<void> {
    await this.buildah('rm', '--all');
    await this.buildah('rmi', '--all', '--force');
    // Buildah has mounted it over itself.
    this.#tools.ask('umount', ['-R', '-l', this.#overlay]);
  }

  /** Works in a container that is gone afterwards, whatever happens; the function gets its name. */
  async withContainer<T>(from: string, work: (container: string) => Promise<T>): Promise<T> {
    const container = this.#tools.ask('buildah', [...this.#options, 'from', '--pull-never', from]);
    if (container === undefined) throw new Error(`buildah cannot start from ${from}`);
    try {
      return await work(container);
    } finally {
      await this.buildah('rm', container);
    }
  }

  /** Folder in which a container's files are, while the function runs. */
  async withFiles<T>(container: string, work: (root: string) => Promise<T>): Promise<T> {
    const root = this.#tools.ask('buildah', [...this.#options, 'mount', container]);
    if (root === undefined) throw new Error(`buildah cannot mount ${container}`);
    try {
      return await work(root);
    } finally {
      await this.buildah('umount', container);
    }
  }
}
