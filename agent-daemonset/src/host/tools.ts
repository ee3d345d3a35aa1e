import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TOOL_FOLDERS } from './environment.ts';

/** Finds programs by bare name, in the fixed folders only; never by the agent's own PATH. */
export class Tools {
  readonly #folders: readonly string[];
  readonly #found = new Map<string, string>();

  constructor(folders: readonly string[] = TOOL_FOLDERS) {
    this.#folders = folders;
  }

  /** Absolute path of a program, or `undefined` when it is not installed now. Only finds are remembered. */
  async find(name: string): Promise<string | undefined> {
    const known = this.#found.get(name);
    if (known !== undefined && (await isProgram(known))) return known;
    for (const folder of this.#folders) {
      const path = join(folder, name);
      if (!(await isProgram(path))) continue;
      this.#found.set(name, path);
      return path;
    }
    return undefined;
  }

  /** Absolute paths of all that are installed. */
  async findAll<const Name extends string>(names: readonly Name[]): Promise<Partial<Record<Name, string>>> {
    const found: Partial<Record<Name, string>> = {};
    for (const name of names) {
      const path = await this.find(name);
      if (path !== undefined) found[name] = path;
    }
    return found;
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
