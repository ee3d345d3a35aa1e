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
};

function has(parsed: ParsedCommand, ...names: readonly string[]): boolean {
  return parsed.options.some((option) => names.includes(option.name));
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function isKernelTree(path: string): boolean {
  return isBelow(path, '/proc') || (isBelow(path, '/sys') && !isBelow(path, '/sys/fs/cgroup'));
}

function checkFind(parsed: ParsedCommand, nearest: string): ExtraVerdict {
  const depths = parsed.options.filter((option) => option.name === '-maxdepth').map((option) => Number(option.value));
  const depth = depths.length === 0 ? undefined : Math.max(...depths);
  for (const { path, access } of parsed.paths) {
    if (access !== 'list') continue;
    if (isKernelTree(path) && (depth === undefined || depth > 2)) {
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
  const paths: PathUse[] = [];
  for (const file of files) {
    const normal = isRecursive ? checkRecursion(file) : checkPath(file, 'read');
    if (isRefusal(normal)) return normal;
    paths.push({ path: normal.path, access: isRecursive ? 'list' : 'read' });
  }
  return paths;
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

function checkLs(parsed: ParsedCommand, nearest: string): ExtraVerdict {
  if (!has(parsed, '-R', '--recursive')) return parsed.paths;
  if (parsed.operands.length === 0) return refuse('command-unbounded', 'ls -R without a folder', nearest);
  for (const { path } of parsed.paths) {
    if (isKernelTree(path) || path.split('/').length < 3) {
      return refuse('command-unbounded', `ls -R of ${shown(path)} has no end`, 'find with -maxdepth 2');
    }
  }
  return parsed.paths;
}
