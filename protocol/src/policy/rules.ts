/** What a rule of the safety policy forbids, in words for people, models and the reference. */
export interface Rule {
  /** One line that names the rule. */
  readonly title: string;
  /** Why the rule stands, and what it looks at. */
  readonly explanation: string;
}

/**
 * Every rule a refusal can name. The ids are stable: they stand in stored objects and in metrics,
 * so an id is never renamed or given another meaning.
 */
export const RULES = {
  'no-shell': {
    title: 'No shell',
    explanation:
      'A command is a list of plain words. Separators, pipes, redirections, substitutions, globs, comments, escapes and assignments before the command have no meaning here and are refused, never stripped.',
  },
  'plain-ascii': {
    title: 'Printable ASCII only',
    explanation:
      'Every byte of a command is printable ASCII: look-alike letters, control characters and invisible characters hide what a text says.',
  },
  'command-size': {
    title: 'Commands are short',
    explanation: 'At most 64 words of at most 1,024 characters, and a line of at most 4,096 characters.',
  },
  'command-name': {
    title: 'The command is a bare name on the list',
    explanation:
      'The first word is a lower-case name from the catalogue; the agent maps it to one absolute path. Paths, launchers, interpreters and everything unlisted are refused.',
  },
  'command-option': {
    title: 'Only listed options, spelled in full',
    explanation:
      'Each command has its own list of options with their values. An unknown option, an abbreviated long option and a cluster with an unlisted letter are refused.',
  },
  'command-value': {
    title: 'Values keep to their kind and bounds',
    explanation: 'The value of an option has a kind: a number within bounds, a name, a path, a time.',
  },
  'command-operand': {
    title: 'Only operands that read',
    explanation:
      'The words after the options follow one of the listed forms of the command. Many programs change the system through a bare operand (a new value, a new time, a second file).',
  },
  'command-verb': {
    title: 'Only verbs that read',
    explanation: 'A command with verbs may be used with those that show, list or get; they are spelled as listed.',
  },
  'command-unbounded': {
    title: 'Every command ends by itself',
    explanation:
      'What samples, follows or walks must carry its bound: a count, a number of lines, one file system, a depth.',
  },
  'path-form': {
    title: 'Paths are absolute and plain',
    explanation: 'A path starts with a slash and holds no "..", glob, escape or shell character.',
  },
  'path-root': {
    title: 'Only readable roots',
    explanation:
      'File contents are read from a list of folders and files that describe the system; the rest is closed.',
  },
  'path-proc': {
    title: '/proc and /sys are open file by file',
    explanation:
      'Process environments and memory, aliases of other file trees, files that block and kernel memory are closed; the counters and tables of the kernel are open.',
  },
  'path-secret': {
    title: 'Secrets stay on the host',
    explanation:
      'Keys, password files, tokens, credentials, shell histories and configuration that carries them are never read, searched or listed.',
  },
  'path-device': {
    title: 'Devices are not read',
    explanation:
      'A device node is raw storage, endless, or blocks. Tools that report on a device take its name instead.',
  },
  'secret-search': {
    title: 'No hunt for secrets',
    explanation: 'Patterns that look for keys, passwords or credentials are refused.',
  },
  egress: {
    title: 'Nothing leaves the host',
    explanation:
      'A name or an address that is asked for can carry data out. Names come from a fixed list or stay inside the cluster; addresses are private, loopback or those of well-known resolvers.',
  },
  'trace-syntax': {
    title: 'Traces keep to a small grammar',
    explanation:
      'A bpftrace program is parsed; what the grammar does not know is refused. Comments are not part of it.',
  },
  'trace-size': {
    title: 'Traces are small',
    explanation:
      'At most 4,096 characters, 16 probes, 32 maps, 6 keys of a map, 256 statements and 24 levels of nesting.',
  },
  'trace-probe': {
    title: 'Only probe types that observe',
    explanation: 'tracepoint (named in full), profile, interval, software, BEGIN and END.',
  },
  'trace-rate': {
    title: 'Sampling is bounded',
    explanation: 'Profiles sample at 199 Hz at most; intervals last from 100 ms to 30 s.',
  },
  'trace-hot-probe': {
    title: 'Hot probes are filtered and counted',
    explanation:
      'raw_syscalls, sched_switch, sched_wakeup, page faults, kmem, irq and timer fire all the time: they need a predicate that narrows and an aggregation. Other busy probes may count freely but print only behind a predicate.',
  },
  'trace-function': {
    title: 'Only listed functions',
    explanation:
      'Functions that count, aggregate, format and look up; none that runs, reads files, signals or changes.',
  },
  'trace-string': {
    title: 'Strings only from named fields',
    explanation:
      'str() takes fields that hold a file name or the name of a thing. Buffers and arguments of programs hold passwords and private data.',
  },
  'trace-pointer': {
    title: 'No pointers',
    explanation: 'No casts to pointers, no dereference, no chains of fields: they read any memory of the kernel.',
  },
  'trace-loop': {
    title: 'No loops',
    explanation: 'Programs have no while, for or unroll.',
  },
  'trace-map': {
    title: 'Maps stay small',
    explanation: 'A map key comes from a small set of values; clocks and random numbers as keys grow without bound.',
  },
  'trace-argv': {
    title: 'The runner owns the bpftrace command line',
    explanation:
      'A trace is asked for as a program and a duration. Options of bpftrace start programs and write files.',
  },
  'call-json': {
    title: 'A call is one small JSON object',
    explanation: 'Valid JSON of at most 64 KiB and 12 levels, without a repeated key.',
  },
  'call-shape': {
    title: 'A call has a known shape',
    explanation: 'The tool, its fields and their types are fixed.',
  },
  'call-unknown-field': {
    title: 'Unknown fields are an error',
    explanation:
      'A field that the shape does not know is never a permission: targets, limits, approvals and policy come from the Investigation alone.',
  },
  'verdict-grounding': {
    title: 'A root cause is proved',
    explanation: 'A root cause names component and mechanism and cites at least one evidence item with its quote.',
  },
} as const satisfies Record<string, Rule>;

/** The stable id of one rule. */
export type RuleID = keyof typeof RULES;
