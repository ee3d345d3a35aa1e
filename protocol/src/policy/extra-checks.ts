import type { ExtraCheck } from './grammar/grammar.ts';
import type { ParsedCommand } from './grammar/parse-argv.ts';
import { checkPath, checkRecursion } from './paths/paths.ts';
import type { PathUse, Refusal } from './verdict.ts';
import { isRefusal, refuse, shown } from './verdict.ts';

/** The paths that a whole command turns out to use, or why it is refused. */
type ExtraVerdict = readonly PathUse[] | Refusal;

/** Runs the bound that looks at a whole command. */
export function runExtraCheck(check: ExtraCheck, parsed: ParsedCommand, nearest: string): ExtraVerdict {
  return EXTRA_CHECKS[check](parsed, nearest);
}

const EXTRA_CHECKS: Readonly<Record<ExtraCheck, (parsed: ParsedCommand, nearest: string) => ExtraVerdict>> = {
  find: checkFind,
  grep: checkGrep,
  du: checkDu,
  ls: checkLs,
  ps: checkPs,
};

function has(parsed: ParsedCommand, ...names: readonly string[]): boolean {
  return parsed.options.some((option) => names.includes(option.name));
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Folders of one process, which have no depth. */
const ONE_PROCESS_FOLDER = /^\/proc\/(?:self|\d+)\/(?:fd|fdinfo|ns)$/;

function isKernelTree(path: string): boolean {
  return isBelow(path, '/proc') || (isBelow(path, '/sys') && !isBelow(path, '/sys/fs/cgroup'));
}

/** What a link below /proc/<pid>/ opens is another file tree, with other names for its files. */
function followsDescriptor(parsed: ParsedCommand, links: readonly string[]): Refusal | undefined {
  // A slash or a dot at the end follows a link as -L does.
  const isFollowing = has(parsed, ...links) || parsed.operands.some((operand) => /\/\.?$/.test(operand));
  const path = parsed.paths.map((use) => use.path).find((use) => isFollowing && /^\/proc\/.*\/(?:fd|ns)\/./.test(use));
  return path === undefined
    ? undefined
    : refuse('path-proc', `${shown(path)} follows a link out of /proc`, 'ls -l /proc/<pid>/fd');
}

function checkFind(parsed: ParsedCommand, nearest: string): ExtraVerdict {
  const leaving = followsDescriptor(parsed, ['-H']);
  if (leaving) return leaving;
  const depths = parsed.options.filter((option) => option.name === '-maxdepth').map((option) => Number(option.value));
  const depth = depths.length === 0 ? undefined : Math.max(...depths);
  for (const { path, access } of parsed.paths) {
    if (access !== 'list') continue;
    if (isKernelTree(path) && !ONE_PROCESS_FOLDER.test(path) && (depth === undefined || depth > 2)) {
      return refuse('command-unbounded', `find below ${shown(path)} without -maxdepth 2`, nearest);
    }
    if (path === '/' && !has(parsed, '-xdev', '-mount') && (depth === undefined || depth > 3)) {
      return refuse('command-unbounded', 'find / without -xdev or -maxdepth 3', nearest);
    }
  }
  return parsed.paths;
}

function checkGrep(parsed: ParsedCommand, nearest: string): ExtraVerdict {
  const patternIsOption = has(parsed, '-e', '--regexp');
  const files = patternIsOption ? parsed.operands : parsed.operands.slice(1);
  if (files.length === 0) return refuse('command-operand', 'grep without a file reads standard input', nearest);
  const isRecursive = has(parsed, '-r', '--recursive');
  const hunted = isRecursive ? huntedSecret(parsed, patternIsOption) : undefined;
  if (hunted !== undefined)
    return refuse('secret-search', `${shown(hunted)} below a folder looks for secrets`, 'grep on one log file');
  const paths: PathUse[] = [];
  for (const file of files) {
    const normal = isRecursive ? checkRecursion(file) : checkPath(file, 'read');
    if (isRefusal(normal)) return normal;
    paths.push({ path: normal.path, access: isRecursive ? 'list' : 'read' });
  }
  return paths;
}

/** One log may be asked for failed logins; a whole tree is not searched for the words that stand beside secrets. */
function huntedSecret(parsed: ParsedCommand, patternIsOption: boolean): string | undefined {
  const patterns = patternIsOption
    ? parsed.options.filter(({ name }) => ['-e', '--regexp'].includes(name)).map(({ value }) => value ?? '')
    : parsed.operands.slice(0, 1);
  return patterns.find((pattern) => {
    // A class or an optional letter must not hide the word: p[a]ssw?ord.
    const plain = pattern.toLowerCase().replaceAll(/[^a-z|]/g, '');
    return /(?:^|\|)(?:db)?(?:passw?o?r?d?s?|pwd|passphrase|tokens?|credentials?|private|secrets?)(?:\||$)/.test(plain);
  });
}

function checkDu(parsed: ParsedCommand, nearest: string): ExtraVerdict {
  if (parsed.operands.length === 0) return refuse('command-operand', 'du without a folder', nearest);
  for (const { path } of parsed.paths) {
    if (isKernelTree(path)) return refuse('command-unbounded', `du below ${shown(path)} counts no disk`, nearest);
    if (path === '/' && !has(parsed, '-x', '--one-file-system')) {
      return refuse('command-unbounded', 'du / without -x crosses every mount', nearest);
    }
  }
  return parsed.paths;
}

/**
 * Refuses what ps reads twice: words it cannot read in the manner of System V it reads anew in that of BSD, where `e`
 * asks for environments (`ps -auxe`, `ps -ex`).
 */
function checkPs(parsed: ParsedCommand): ExtraVerdict {
  const named = parsed.options.filter(
    ({ name, isAttached }) => isAttached && ['-u', '-U', '-g', '-G', '-t', '-C'].includes(name),
  );
  const isReadTwice = has(parsed, '-x') || named.length > 0;
  if ((isReadTwice && has(parsed, '-e')) || named.some(({ value }) => value?.includes('e'))) {
    return refuse('command-option', 'ps may read this as a request for environments', 'ps -ef, ps aux or ps -u name');
  }
  return parsed.paths;
}

function checkLs(parsed: ParsedCommand, nearest: string): ExtraVerdict {
  const leaving = followsDescriptor(parsed, ['-L', '-H', '--dereference']);
  if (leaving) return leaving;
  if (!has(parsed, '-R', '--recursive')) return parsed.paths;
  if (parsed.operands.length === 0) return refuse('command-unbounded', 'ls -R without a folder', nearest);
  for (const { path } of parsed.paths) {
    if (isKernelTree(path) || path.split('/').length < 3) {
      return refuse('command-unbounded', `ls -R of ${shown(path)} has no end`, 'find with -maxdepth 2');
    }
  }
  return parsed.paths;
}
