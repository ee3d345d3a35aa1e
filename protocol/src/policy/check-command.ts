import { COMMANDS } from './commands/index.ts';
import { REFUSED_COMMANDS } from './commands/refused.ts';
import { runExtraCheck } from './extra-checks.ts';
import type { Command } from './grammar/grammar.ts';
import type { ParsedCommand } from './grammar/parse-argv.ts';
import { parseArgv } from './grammar/parse-argv.ts';
import { pathNeeds, widestNeeds } from './path-needs.ts';
import type { CommandVerdict, Network, PathUse, Refusal } from './verdict.ts';
import { isRefusal, refuse, shown } from './verdict.ts';
import { checkWords, splitWords } from './words.ts';

const DEFAULT_DEADLINE_SECONDS = 10;
const NOTHING: ParsedCommand = { options: [], verbs: [], operands: [], paths: [] };
const commandsByName: ReadonlyMap<string, Command> = new Map(COMMANDS.map((command) => [command.name, command]));

/** Finds a command of the catalogue by its exact name. */
export function findCommand(name: string): Command | undefined {
  return commandsByName.get(name);
}

/** Judges a command that is written as one line; the line must consist of plain words. */
export function checkCommandLine(line: string): CommandVerdict {
  const split = splitWords(line);
  return isRefusal(split) ? split : checkArgv(split.words);
}

/**
 * Judges a command, given as its argument vector, and tells what a runner must know.
 *
 * Consults no host: the agent resolves `paths` and asks `checkResolvedPath` before the run.
 */
export function checkArgv(argv: readonly string[]): CommandVerdict {
  const unfit = checkWords(argv);
  if (unfit) return unfit;
  const [name = '', ...words] = argv;
  const command = findCommand(name);
  if (!command) return refuseName(name);
  const nearest = command.examples[0] ?? command.name;
  if (words.length === 1 && words[0] === '--version') return accept(command, argv, { parsed: NOTHING, paths: [] });
  const parsed = parseArgv(command, words, nearest);
  if ('verdict' in parsed) return parsed;
  const paths = command.extraCheck ? runExtraCheck(command.extraCheck, parsed, nearest) : parsed.paths;
  return 'verdict' in paths ? paths : accept(command, argv, { parsed, paths });
}

function accept(
  command: Command,
  argv: readonly string[],
  seen: { readonly parsed: ParsedCommand; readonly paths: readonly PathUse[] },
): CommandVerdict {
  const needs = widestNeeds([
    command.needs ?? 'none',
    ...seen.parsed.options.map((option) => command.needsWith?.[option.name] ?? 'none'),
    ...seen.paths.map(pathNeeds),
  ]);
  return {
    verdict: 'accept',
    tool: 'run',
    argv,
    needs,
    network: networkOf(command, seen.paths),
    paths: seen.paths,
    deadlineSeconds: command.deadlineSeconds ?? DEFAULT_DEADLINE_SECONDS,
  };
}

/** What stands below /proc/net and /proc/sys/net belongs to the network namespace of the reader: it must be the host's. */
function networkOf(command: Command, paths: readonly PathUse[]): Network {
  const isOfNetwork = paths.some(({ path }) =>
    /^\/proc\/(?:(?:self|thread-self)(?:\/task\/\d+)?\/)?(?:net|sys\/net)(?:\/|$)/.test(path),
  );
  const network = command.network ?? 'none';
  return isOfNetwork && network === 'none' ? 'netlink' : network;
}

function refuseName(name: string): Refusal {
  const instead = Object.hasOwn(REFUSED_COMMANDS, name) ? REFUSED_COMMANDS[name] : undefined;
  if (instead !== undefined) return refuse('command-name', `${name} is not on the list`, instead);
  if (name.includes('/')) {
    return refuse(
      'command-name',
      `${shown(name)} is a path`,
      'a bare name such as ss, which the agent maps to its own path',
    );
  }
  return refuse(
    'command-name',
    `${shown(name)} is not on the list`,
    'a command of the catalogue, such as ps, ss, cat, df, vmstat, journalctl',
  );
}
