import { CodedError } from '@nannyapi/process';
import { labelValueErrors, qualifiedNameErrors } from '../metadata/names.ts';
import { parseTerms, SelectorSyntaxError } from './selector-parser.ts';
import type { LabelTerm } from './selector-parser.ts';

/** A parsed label selector. */
export interface LabelSelector {
  /** True when nothing is asked, so that everything matches. */
  readonly isEmpty: boolean;
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Parses a label selector: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>5,m<7`.
 *
 * As in Kubernetes, `!=` and `notin` also match objects without the label.
 * Throws CodedError `BadRequest` with kube-apiserver's words.
 */
export function parseLabelSelector(selector: string): LabelSelector {
  try {
    const terms = parseTerms(selector, checkKey);
    const requirements = terms.map((term) => toRequirement(term));
    return {
      isEmpty: requirements.length === 0,
      matches: (labels = {}) => requirements.every((isMet) => isMet(labels)),
    };
  } catch (error) {
    if (!(error instanceof SelectorSyntaxError)) throw error;
    throw new CodedError({ code: 'BadRequest', status: 400, message: error.message });
  }
}

function toRequirement(term: LabelTerm): (labels: Labels) => boolean {
  const { key, operator, values } = term;
  checkValues(term);
  const wanted = new Set<string | undefined>(values);
  const own = (labels: Labels): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  if (operator === 'exists') return (labels) => own(labels) !== undefined;
  if (operator === '!') return (labels) => own(labels) === undefined;
  if (operator === '>' || operator === '<') return comparison(own, operator, BigInt(values[0] ?? ''));
  const isIn = operator !== '!=' && operator !== 'notin';
  return (labels) => wanted.has(own(labels)) === isIn;
}

function comparison(own: (labels: Labels) => string | undefined, operator: '>' | '<', bound: bigint) {
  return (labels: Labels): boolean => {
    const actual = own(labels);
    if (actual === undefined || !isInt64(actual)) return false;
    return operator === '>' ? BigInt(actual) > bound : BigInt(actual) < bound;
  };
}

function isInt64(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && BigInt(text) === BigInt.asIntN(64, BigInt(text));
}

function checkValues({ key, operator, values }: LabelTerm): void {
  const faults: string[] = [];
  if (operator === '>' || operator === '<') {
    const rule = "for 'Gt', 'Lt' operators, the value must be an integer";
    for (const value of values) if (!isInt64(value)) faults.push(invalid('values[0]', value, rule));
  }
  for (const [index, value] of values.entries()) {
    const errors = labelValueErrors(value);
    if (errors.length > 0) faults.push(invalid(`values[${index}][${key}]`, value, errors.join('; ')));
  }
  if (faults.length === 0) return;
  throw unparsable(faults.length === 1 ? (faults[0] ?? '') : `[${[...new Set(faults)].join(', ')}]`);
}

function checkKey(key: string): void {
  const errors = qualifiedNameErrors(key);
  if (errors.length > 0) throw unparsable(invalid('<nil>', key, errors.join('; ')));
}

function invalid(path: string, value: string, why: string): string {
  return `${path}: Invalid value: ${JSON.stringify(value)}: ${why}`;
}

function unparsable(why: string): SelectorSyntaxError {
  return new SelectorSyntaxError(`unable to parse requirement: ${why}`);
}
