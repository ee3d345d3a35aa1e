import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TOOL_FOLDERS } from './environment.ts';
import type { ImageTools } from './image-tools.ts';

/** A program that can be run here. */
export interface Tool {
  /** Absolute path of the program's file. */
  path: string;
  /** Words that start it: its path, or the loader of the agent's image with what it needs and then the path. */
  words: readonly string[];
  origin: 'Host' | 'Image';
}

/**
 * Finds programs by bare name, in the fixed folders only; never by the agent's own PATH. The host's own come first: what
 * they show is what its people see. What the host lacks is taken from the agent's image, where there is one.
 */
export class Tools {
  readonly #folders: readonly string[];
  readonly #image: ImageTools | undefined;
  readonly #found = new Map<string, Tool>();

  constructor(folders: readonly string[] = TOOL_FOLDERS, image?: ImageTools) {
    this.#folders = folders;
    this.#image = image;
  }

  /** A program, or `undefined` when it is not here now. Only finds are remembered. */
  async find(name: string): Promise<Tool | undefined> {
    const known = this.#found.get(name);
    if (known?.origin === 'Host' && (await isProgram(known.path))) return known;
    const tool = (await this.#onHost(name)) ?? (await this.#image?.find(name));
    if (tool) this.#found.set(name, tool);
    return tool;
  }

  async #onHost(name: string): Promise<Tool | undefined> {
    for (const folder of this.#folders) {
      const path = join(folder, name);
      if (await isProgram(path)) return { path, words: [path], origin: 'Host' };
    }
    return undefined;
  }

  /** All that are here. */
  async findAll<const Name extends string>(names: readonly Name[]): Promise<Partial<Record<Name, Tool>>> {
    const found: Partial<Record<Name, Tool>> = {};
    for (const name of names) {
      const tool = await this.find(name);
      if (tool !== undefined) found[name] = tool;
    }
    return found;
  }

  /** The same without the host's own programs; `undefined` without an image. */
  ofImage(): Tools | undefined {
    return this.#image && new Tools([], this.#image);
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Absent, or not executable for this user: both mean "not here".
    return false;
  }
}
