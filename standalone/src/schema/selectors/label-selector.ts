import { CodedError } from '@nannyapi/process';
import { labelValueErrors, qualifiedNameErrors } from '../metadata/names.ts';

/** A parsed label selector. */
export interface LabelSelector {
  /** True when nothing is asked, so that everything matches. */
  readonly isEmpty: boolean;
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
}

type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

/** Longest selector taken, in characters: what fits in a request line anyway. */
const MAX_SELECTOR_CHARS = 64 * 1024;

/**
 * Parses a label selector: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>5,m<7`.
 *
 * As in Kubernetes, `!=` and `notin` also match objects without the label.
 * Throws CodedError `BadRequest` with kube-apiserver's words.
 */
export function parseLabelSelector(selector: string): LabelSelector {
  if (selector.length > MAX_SELECTOR_CHARS) throw unparsable('selector is too long');
  const requirements: Requirement[] = [];
  let rest = selector.trim();
  while (rest !== '') {
    const match = TERM.exec(rest);
    if (match === null) throw unparsable(`couldn't parse the selector string "${selector}" at "${rest}"`);
    requirements.push(toRequirement(match.groups ?? {}));
    rest = rest.slice(match[0].length).trimStart();
    if (rest === '') break;
    if (!rest.startsWith(',')) throw unparsable(`found '${rest}', expected: ',' or 'end of string'`);
    rest = rest.slice(1).trimStart();
    if (rest === '') throw unparsable("found '', expected: identifier after ','");
  }
  return {
    isEmpty: requirements.length === 0,
    matches: (labels = {}) => requirements.every((requirement) => requirement(labels)),
  };
}

const TERM =
  /^(?:!\s*(?<absent>[^\s,=!()<>]+)|(?<key>[^\s,=!()<>]+)(?:\s+(?<set>in|notin)\s*\((?<values>[^()]*)\)|\s*(?<operator>==|=|!=|>|<)\s*(?<value>[^\s,=!()<>]*))?)/;

function toRequirement(term: Record<string, string | undefined>): Requirement {
  const { absent, key = '', set, values = '', operator, value = '' } = term;
  checkKey(absent ?? key);
  const own = (labels: Readonly<Record<string, string>>): string | undefined =>
    Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (absent !== undefined) return (labels) => !Object.hasOwn(labels, absent);
  if (set !== undefined) {
    const wanted = new Set(values.split(',').map((item) => item.trim()));
    for (const item of wanted) checkValue(item);
    return (labels) => wanted.has(own(labels) ?? '\0') === (set === 'in');
  }
  if (operator === undefined) return (labels) => own(labels) !== undefined;
  if (operator === '>' || operator === '<') return comparison(own, operator, value);
  checkValue(value);
  return operator === '!=' ? (labels) => own(labels) !== value : (labels) => own(labels) === value;
}

function comparison(
  own: (labels: Readonly<Record<string, string>>) => string | undefined,
  operator: '>' | '<',
  value: string,
): Requirement {
  if (!/^-?\d+$/.test(value)) throw unparsable(`for 'Gt', 'Lt' operators, the value must be an integer`);
  const bound = BigInt(value);
  return (labels) => {
    const actual = own(labels);
    if (actual === undefined || !/^-?\d+$/.test(actual)) return false;
    return operator === '>' ? BigInt(actual) > bound : BigInt(actual) < bound;
  };
}

function checkKey(key: string): void {
  const [error] = qualifiedNameErrors(key);
  if (error !== undefined) throw unparsable(`key: Invalid value: ${JSON.stringify(key)}: ${error}`);
}

function checkValue(value: string): void {
  const [error] = labelValueErrors(value);
  if (error !== undefined) throw unparsable(`values[0][key]: Invalid value: ${JSON.stringify(value)}: ${error}`);
}

function unparsable(why: string): CodedError {
  return new CodedError({ code: 'BadRequest', status: 400, message: `unable to parse requirement: ${why}` });
}
