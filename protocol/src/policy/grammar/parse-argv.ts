import type { PathUse, Refusal } from '../verdict.ts';
import { isRefusal, refuse, shown } from '../verdict.ts';
import type { Grammar, OptionKind, Options } from './grammar.ts';
import { matchForms } from './match-forms.ts';
import { matchValue } from './match-value.ts';

/** One option of a command line. */
export interface GivenOption {
  readonly name: string;
  readonly value: string | undefined;
  /** The value stood in the same word, as in `-uroot`. */
  readonly isAttached: boolean;
}

/** What a command line says, once its grammar accepts it. */
export interface ParsedCommand {
  /** Options in order, with their values. */
  readonly options: readonly GivenOption[];
  readonly verbs: readonly string[];
  readonly operands: readonly string[];
  readonly paths: readonly PathUse[];
}

interface Reading {
  readonly nearest: string;
  readonly words: readonly string[];
  at: number;
  onlyOperands: boolean;
  grammar: Grammar;
  options: Options;
  readonly chain: Grammar[];
  readonly seen: GivenOption[];
  readonly verbs: string[];
  readonly operands: string[];
  readonly paths: PathUse[];
}

/**
 * Reads the words after a command's name by its grammar.
 *
 * Options may stand before and after operands, as in GNU getopt. Abbreviations never match: a
 * name is looked up as it stands. A verb's options add to those of the command.
 *
 * @param nearest an accepted line, for the refusal
 */
export function parseArgv(grammar: Grammar, words: readonly string[], nearest: string): ParsedCommand | Refusal {
  const reading: Reading = {
    nearest,
    words,
    at: 0,
    onlyOperands: false,
    grammar,
    options: grammar.options ?? {},
    chain: [grammar],
    seen: [],
    verbs: [],
    operands: [],
    paths: [],
  };
  while (reading.at < words.length) {
    const refusal = readWord(reading);
    if (refusal) return refusal;
  }
  const refusal = finish(reading);
  return refusal ?? { options: reading.seen, verbs: reading.verbs, operands: reading.operands, paths: reading.paths };
}

function readWord(reading: Reading): Refusal | undefined {
  const word = reading.words[reading.at] ?? '';
  if (!reading.onlyOperands) {
    if (word === '--' && reading.grammar.endsOptions) {
      reading.onlyOperands = true;
      reading.at += 1;
      return undefined;
    }
    if (isOptionWord(reading, word)) return readOption(reading, word);
  }
  reading.at += 1;
  return readOperand(reading, word);
}

function isOptionWord(reading: Reading, word: string): boolean {
  if (word.startsWith('-')) return true;
  return word.startsWith('+') && Object.hasOwn(reading.options, word);
}

function readOperand(reading: Reading, word: string): Refusal | undefined {
  if (!reading.grammar.verbs) {
    reading.operands.push(word);
    return undefined;
  }
  const sub = Object.entries(reading.grammar.verbs).find(([names]) => names.split(' ').includes(word))?.[1];
  if (!sub) {
    const known = Object.keys(reading.grammar.verbs).map((names) => names.split(' ')[0]);
    return refuse('command-verb', `${shown(word)} is not a verb that reads (${known.join(', ')})`, reading.nearest);
  }
  reading.verbs.push(word);
  reading.options = { ...reading.options, ...sub.options };
  const style = sub.optionStyle ?? reading.grammar.optionStyle;
  reading.grammar = style === undefined ? sub : { ...sub, optionStyle: style };
  reading.chain.push(sub);
  return undefined;
}

function readOption(reading: Reading, word: string): Refusal | undefined {
  reading.at += 1;
  if (reading.grammar.optionStyle === 'whole' || word.startsWith('--') || word.startsWith('+')) {
    return readWholeOption(reading, word);
  }
  if (word === '-')
    return refuse('command-operand', 'a lone dash reads standard input, which is empty', reading.nearest);
  return readCluster(reading, word);
}

function readWholeOption(reading: Reading, word: string): Refusal | undefined {
  // A flag may be listed with its only harmless value, such as --color=never.
  if (optionKind(reading, word)?.takes === 'flag') return takeFlag(reading, word);
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const kind = optionKind(reading, name);
  if (!kind) return unknownOption(reading, word);
  if (equals >= 0) {
    if (kind.takes === 'flag') return refuse('command-option', `${shown(name)} takes no value`, reading.nearest);
    return takeValue(reading, { name, kind, value: word.slice(equals + 1) });
  }
  return kind.takes === 'value' ? takeNextWord(reading, name, kind) : takeFlag(reading, name);
}

function readCluster(reading: Reading, word: string): Refusal | undefined {
  for (let index = 1; index < word.length; index += 1) {
    const name = `-${word.charAt(index)}`;
    const kind = optionKind(reading, name);
    if (!kind) return unknownOption(reading, word.length > 2 ? `${name} in ${word}` : word);
    const rest = word.slice(index + 1);
    if (kind.takes === 'value') {
      return rest === '' ? takeNextWord(reading, name, kind) : takeValue(reading, { name, kind, value: rest }, true);
    }
    // lscpu and its kin allow the sign between: -e=CPU,NODE.
    if (kind.takes === 'attached' && rest !== '')
      return takeValue(reading, { name, kind, value: rest.replace(/^=/, '') }, true);
    takeFlag(reading, name);
  }
  return undefined;
}

function optionKind(reading: Reading, name: string): OptionKind | undefined {
  return Object.hasOwn(reading.options, name) ? reading.options[name] : undefined;
}

function unknownOption(reading: Reading, word: string): Refusal {
  return refuse('command-option', `the option ${shown(word)} is not on the list`, reading.nearest);
}

function takeFlag(reading: Reading, name: string): undefined {
  reading.seen.push({ name, value: undefined, isAttached: false });
  return undefined;
}

type ValuedKind = Exclude<OptionKind, { takes: 'flag' }>;

function takeNextWord(reading: Reading, name: string, kind: ValuedKind): Refusal | undefined {
  const value = reading.words[reading.at];
  if (value === undefined) return refuse('command-option', `${shown(name)} needs a value`, reading.nearest);
  reading.at += 1;
  return takeValue(reading, { name, kind, value });
}

function takeValue(
  reading: Reading,
  given: { name: string; kind: ValuedKind; value: string },
  isAttached = false,
): Refusal | undefined {
  const verdict = matchValue(given.kind.value, given.value);
  if (isRefusal(verdict)) {
    return { ...verdict, message: `${verdict.message} (value of ${given.name}; try ${reading.nearest})` };
  }
  reading.seen.push({ name: given.name, value: given.value, isAttached });
  reading.paths.push(...verdict.paths);
  return undefined;
}

function finish(reading: Reading): Refusal | undefined {
  if (reading.grammar.verbs && !reading.grammar.verbOptional) {
    return refuse('command-verb', 'the verb is missing', reading.nearest);
  }
  const seen = new Set(reading.seen.map((option) => option.name));
  for (const grammar of reading.chain) {
    const refusal = checkPresence(grammar, seen, reading.nearest) ?? checkDuration(grammar, reading);
    if (refusal) return refusal;
  }
  const verdict = matchForms(reading.grammar.forms ?? [[]], reading.operands);
  if (isRefusal(verdict)) return { ...verdict, message: `${verdict.message} (try ${reading.nearest})` };
  reading.paths.push(...verdict.paths);
  return undefined;
}

function checkPresence(grammar: Grammar, seen: ReadonlySet<string>, nearest: string): Refusal | undefined {
  for (const group of grammar.require ?? []) {
    if (!group.some((name) => seen.has(name))) {
      return refuse('command-unbounded', `one of ${group.join(', ')} is missing`, nearest);
    }
  }
  for (const [given, needed] of grammar.requireWith ?? []) {
    if (given.some((name) => seen.has(name)) && !needed.some((name) => seen.has(name))) {
      return refuse('command-unbounded', `${given.join(', ')} needs ${needed.join(' or ')}`, nearest);
    }
  }
  for (const group of grammar.exclusive ?? []) {
    const present = group.filter((name) => seen.has(name));
    if (present.length > 1) return refuse('command-option', `${present.join(' and ')} stand together`, nearest);
  }
  return undefined;
}

function checkDuration(grammar: Grammar, reading: Reading): Refusal | undefined {
  if (!grammar.duration) return undefined;
  let seconds = 1;
  for (const [names, otherwise] of grammar.duration.factors) {
    const values = reading.seen.filter((option) => names.includes(option.name)).map((option) => Number(option.value));
    seconds *= values.length === 0 ? otherwise : Math.max(...values);
  }
  if (seconds <= grammar.duration.maxSeconds) return undefined;
  return refuse(
    'command-unbounded',
    `it would run ${seconds} s`,
    `at most ${grammar.duration.maxSeconds} s, such as ${reading.nearest}`,
  );
}
