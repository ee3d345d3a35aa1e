import { COMMANDS } from './commands/index.ts';

/** One entry of the catalogue of commands. */
export interface CatalogueEntry {
  readonly name: string;
  /** One line: what it is good for. */
  readonly use: string;
  /** Accepted lines, the most useful first. */
  readonly examples: readonly string[];
}

/** The commands that may run, in the order of their subjects; for prompts and for the reference. */
export const commandCatalogue: readonly CatalogueEntry[] = COMMANDS.map(({ name, use, examples }) => ({
  name,
  use,
  examples,
}));
