import { checkTrace } from '@nannyapi/protocol';
import { TRACE_LIMITS } from '../../../protocol/src/policy/trace/check-load.ts';
import {
  CLOSED_SYSCALL_FIELDS,
  INTEGER_TYPES,
  STRING_FIELDS,
  TRACE_BUILTINS,
  TRACE_FUNCTIONS,
  type FunctionRole,
} from '../../../protocol/src/policy/trace/functions.ts';
import { BUSY_TRACEPOINTS, HOT_TRACEPOINTS } from '../../../protocol/src/policy/trace/hot-probes.ts';
import { CLOSED_CATEGORIES, PROBE_LIMITS, SOFTWARE_EVENTS } from '../../../protocol/src/policy/trace/probes.ts';
import { block, code, table, wordBlock } from './markdown.ts';

/** The syntax that the parser reads; tables below say which names may stand in it. */
const GRAMMAR = `program    = clause { clause }
clause     = probe { "," probe } [ "/" expression "/" ] block
block      = "{" { statement ";" } "}"
statement  = map assign expression | variable assign expression | call | "++" target | target "++"
           | "if" "(" expression ")" block [ "else" ( block | if ) ] | "return"
target     = map | variable
map        = "@" [ name ] [ "[" expression { "," expression } "]" ]
variable   = "$" name
assign     = "=" "+=" "-=" "*=" "/=" "%=" "|=" "&=" "^=" "<<=" ">>="
expression = number | "text" | builtin | map | variable | "args->" field | "args." field | call
           | "(" expression { "," expression } ")" | "(" integer-type ")" expression
           | ( "!" | "-" | "~" ) expression | expression operator expression
           | expression "?" expression ":" expression`;

/** Programs that the policy accepts; the generator stops if one is refused. */
const ACCEPTED = [
  'tracepoint:block:block_rq_issue { @ = hist(args->bytes); }',
  'tracepoint:syscalls:sys_enter_openat /pid == 1234/ { @[str(args->filename)] = count(); }',
  'tracepoint:sched:sched_switch /args->next_pid == 1234/ { @[args->prev_comm] = count(); }',
  'profile:hz:99 { @[comm] = count(); }',
];
/** Programs that it refuses; the generator stops if one is accepted. */
const REFUSED = [
  'BEGIN { system("id"); }',
  'kprobe:vfs_read { @ = count(); }',
  'profile:hz:999 { @ = count(); }',
  'tracepoint:sched:sched_switch { @ = count(); }',
  'tracepoint:syscalls:sys_enter_write /pid == 1/ { @[str(args->buf)] = count(); }',
];

const ROLES: Record<FunctionRole, string> = {
  aggregate: 'fill a map',
  output: 'print',
  mapChange: 'change a map',
  exit: 'end the trace',
  value: 'give a value',
};

/** The part of the policy reference that tells which bpftrace programs are accepted. */
export function traceGrammar(): string[] {
  return [
    '## Traces',
    'A trace is a bpftrace program and a duration of 1 to 30 seconds. The program is tokenised, parsed and printed anew: what was parsed runs, not the text that came. There are no comments, no preprocessor, no loops, no pointers and no shell.',
    block(GRAMMAR),
    `Bounds: ${TRACE_LIMITS.maxCharacters} characters, ${TRACE_LIMITS.maxProbes} probes, ${TRACE_LIMITS.maxMaps} maps, ${TRACE_LIMITS.maxKeys} keys of a map, ${TRACE_LIMITS.maxStatements} statements.`,
    '### Probes',
    table(
      ['Probe', 'Bounds'],
      [
        [
          '`tracepoint:CATEGORY:EVENT`',
          `Named in full, no wildcard. Closed categories: ${CLOSED_CATEGORIES.map(code).join(', ')}.`,
        ],
        ['`profile:hz:N`', `N up to ${PROBE_LIMITS.maxProfileHertz}.`],
        [
          '`interval:s:N`, `interval:ms:N`',
          `${PROBE_LIMITS.minIntervalMs} ms to ${PROBE_LIMITS.maxIntervalMs / 1000} s.`,
        ],
        [
          '`software:EVENT:COUNT`',
          `EVENT is one of ${Object.keys(SOFTWARE_EVENTS).map(code).join(', ')}. Clocks sample every ${PROBE_LIMITS.minClockNs} ns or less often.`,
        ],
        ['`BEGIN`, `END`', ''],
      ],
    ),
    'Hot tracepoints fire all the time. They need a predicate that narrows and an aggregation. As regular expressions over `category:event`:',
    block(HOT_TRACEPOINTS.join('\n')),
    'Busy tracepoints may count freely and print only behind a predicate:',
    block(BUSY_TRACEPOINTS.join('\n')),
    '### Names',
    table(
      ['Functions that', 'Names'],
      Object.entries(ROLES).map(([role, what]) => [
        what,
        functionsOf(role as FunctionRole)
          .map(code)
          .join(', '),
      ]),
    ),
    `Built-in values: ${TRACE_BUILTINS.map(code).join(', ')}. Casts: ${INTEGER_TYPES.map(code).join(', ')}.`,
    '`str()` takes these fields and no other:',
    wordBlock(STRING_FIELDS),
    'Closed fields of system calls, whatever is done with them:',
    wordBlock(CLOSED_SYSCALL_FIELDS),
    '### Accepted and refused',
    block(ACCEPTED.map(assertAccepted).join('\n')),
    table(
      ['Refused', 'Rule'],
      REFUSED.map((program) => [code(program), code(ruleAgainst(program))]),
    ),
  ];
}

function functionsOf(role: FunctionRole): string[] {
  return Object.entries(TRACE_FUNCTIONS).flatMap(([name, entry]) => (entry.role === role ? [name] : []));
}

function assertAccepted(program: string): string {
  const verdict = checkTrace(program);
  if (verdict.verdict === 'refuse') throw new Error(`the reference shows as accepted: ${program}: ${verdict.message}`);
  return program;
}

function ruleAgainst(program: string): string {
  const verdict = checkTrace(program);
  if (verdict.verdict === 'accept') throw new Error(`the reference shows as refused: ${program}`);
  return verdict.rule;
}
