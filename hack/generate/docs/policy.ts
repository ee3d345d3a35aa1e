import { RULES } from '@nannyapi/protocol';
import { COMMANDS } from '../../../protocol/src/policy/commands/index.ts';
import type { Command } from '../../../protocol/src/policy/grammar/grammar.ts';
import { REACHABLE_ADDRESSES, WELL_KNOWN_NAMES } from '../../../protocol/src/policy/grammar/egress.ts';
import {
  CLOSED_SYS,
  KNOWN_SYS,
  LISTABLE_PROC,
  OPEN_SYS,
  READABLE_PROC,
} from '../../../protocol/src/policy/paths/proc.ts';
import { READABLE_FILES, RECURSIVE_ROOTS } from '../../../protocol/src/policy/paths/roots.ts';
import { SECRET_FILE_NAMES, SECRET_FOLDERS } from '../../../protocol/src/policy/paths/secrets.ts';
import { block, code, generatedBy, page, table } from './markdown.ts';
import { traceGrammar } from './trace-grammar.ts';

/** Rules of the operator itself; they stand beside those of the policy in `spec.refused` and in metrics. */
export const MOVE_RULES = {
  'reply.schema': 'The reply of the diagnostician is no move: no JSON object, or a field has a wrong value.',
  'verdict.grounding':
    'A quotation of the verdict does not stand in the evidence it names, or none names the component.',
  'move.repeated': 'The same action ran before, for the same hypothesis or without hope. Its output is stored.',
  'budget.spent': 'Steps, time or output are used up: only a verdict is taken.',
  'trace.forbidden': 'The Investigation has `spec.ebpf: Forbidden`.',
  'read.unknown': 'There is no evidence of that id in this run.',
} as const;

/** `docs/reference/policy.md`: rules, commands, paths and traces. */
export function renderPolicy(): string {
  return page(
    generatedBy('the tables of protocol/src/policy'),
    '# Safety policy',
    'Default deny: what no table here allows is refused. The operator checks before it creates a task, the agent checks again before it runs anything, with the policy of its own version. The tables have a hash, which stands on each task, on each Agent and in `nanny-agent probe`. Try it: [`nanny policy check`](../guides/safety.md#try-the-policy).',
    '## Rules',
    'A refusal names the rule and the nearest form that is accepted. Ids are never renamed.',
    table(
      ['Rule', 'Title', 'What and why'],
      Object.entries(RULES).map(([id, { title, explanation }]) => [code(id), title, explanation]),
    ),
    'The operator refuses moves of a diagnostician for these reasons too:',
    table(
      ['Rule', 'What'],
      Object.entries(MOVE_RULES).map(([id, what]) => [code(id), what]),
    ),
    '## Commands',
    `${COMMANDS.length} commands. A command is an argument vector; no shell sees it. Each has its own list of options, verbs and operands; the examples are accepted as they stand. *Needs* is the least right beyond that of an unprivileged user; *network* the widest kind of socket. A command that the host lacks ends as \`NotAvailable\`.`,
    table(['Command', 'Use', 'Examples', 'Needs', 'Network', 'Deadline'], COMMANDS.map(commandRow)),
    needsTable(),
    '## Paths',
    'Paths are absolute, without `..`, globs or escapes. They are checked as named, and again after the host resolved symbolic links. All lists are regular expressions over the whole path.',
    '### Files whose contents may be read',
    block(READABLE_FILES.flatMap(unfold).join('\n')),
    '### Below `/proc` and `/sys`',
    'Read:',
    block([...READABLE_PROC.flatMap(unfold), KNOWN_SYS, ...OPEN_SYS].join('\n')),
    'Listed:',
    block(LISTABLE_PROC.flatMap(unfold).join('\n')),
    'Closed:',
    block(CLOSED_SYS.join('\n')),
    '### Folders that may be searched recursively',
    block(RECURSIVE_ROOTS.flatMap(unfold).join('\n')),
    '### Secrets',
    'Never read, listed or searched, in any spelling of case. Owner and mode show with `stat` and `namei`. Folders:',
    block(SECRET_FOLDERS.join('\n')),
    'Files, by name:',
    block(SECRET_FILE_NAMES.join('\n')),
    '## What may leave the host',
    'Names that commands may look up, and addresses that they may contact:',
    block([...WELL_KNOWN_NAMES, ...REACHABLE_ADDRESSES].join('\n')),
    ...traceGrammar(),
  );
}

function commandRow(command: Command): string[] {
  const { name, use, examples, needs = 'none', network = 'none', deadlineSeconds = 10 } = command;
  return [
    code(name),
    use,
    examples.map(code).join('<br>'),
    needs === 'none' ? '' : needs,
    network === 'none' ? '' : network,
    `${deadlineSeconds} s`,
  ];
}

function needsTable(): string {
  const meaning = {
    fileRead: 'CAP_DAC_READ_SEARCH',
    syslog: 'CAP_SYSLOG',
    netAdmin: 'CAP_NET_ADMIN',
    netRaw: 'CAP_NET_RAW',
    ptrace: 'CAP_SYS_PTRACE',
    ptraceFileRead: 'CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH',
    kernelStack: 'CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN',
    perf: 'CAP_PERFMON, CAP_BPF',
    rawDevice: 'CAP_SYS_RAWIO and the device node',
    deviceAdmin: 'CAP_SYS_ADMIN and the device node',
    root: 'user 0, without capabilities',
  } satisfies Record<Exclude<NonNullable<Command['needs']>, 'none'>, string>;
  return table(
    ['Needs', 'Stands for'],
    Object.entries(meaning).map(([need, rights]) => [need, rights]),
  );
}

/** Parts a long expression `head(?:a|b|…)tail` at its own alternatives, one a line, so that people can read it. */
export function unfold(expression: string): string[] {
  if (expression.length <= 160) return [expression];
  const open = expression.indexOf('(?:');
  const close = open < 0 ? -1 : closing(expression, open);
  if (close < 0) return [expression];
  const [head, tail] = [expression.slice(0, open), expression.slice(close + 1)];
  return alternatives(expression.slice(open + 3, close)).map((part) => `${head}${part}${tail}`);
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '(') depth += 1;
    else if (text[at] === ')' && (depth -= 1) === 0) return at;
  }
  return -1;
}

/** Splits at the `|` that stand in no bracket, and joins short neighbours into lines again. */
function alternatives(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '(' || char === '[') depth += 1;
    if (char === ')' || char === ']') depth -= 1;
    if (char === '|' && depth === 0) {
      parts.push(part);
      part = '';
    } else if (char === '\\') {
      part += char + (text[(at += 1)] ?? '');
    } else part += char;
  }
  return joined([...parts, part]);
}

function joined(parts: readonly string[]): string[] {
  const lines: string[][] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last && last.join('|').length + part.length < 100) last.push(part);
    else lines.push([part]);
  }
  return lines.map((line) => (line.length > 1 ? `(?:${line.join('|')})` : line.join('')));
}
