import { unreachable } from '../unreachable.ts';
import type { Expression } from './syntax.ts';

/** Which events a comparison with a number leaves out: none, or too few to matter. */
interface Bounds {
  /** `value != n` for n outside of these, exclusive. */
  readonly unequal: readonly [above: number, below: number];
  /** `value < n` for n from here. */
  readonly less: number;
  /** `value > n` for n up to here. */
  readonly greater: number;
}

/** A process id: hardly any is below 300, and few hosts reach 32,768. */
const PROCESS: Bounds = { unequal: [1, 4_194_305], less: 32_768, greater: 299 };
const USER: Bounds = { unequal: [-1, 65_536], less: 60_000, greater: -1 };
const PROCESSOR: Bounds = { unequal: [-1, 1024], less: 16, greater: -1 };
/** The number of a system call. */
const CALL: Bounds = { unequal: [1, 600], less: 300, greater: 1 };
/** What a call returned: down to minus 133 it is an error, and above a result. */
const RESULT: Bounds = { unequal: [-4096, Infinity], less: 1_000_000_000, greater: -134 };
const ADDRESS: Bounds = { unequal: [1, 10_000_000], less: 10_000_000, greater: 1 };
const COUNT: Bounds = { unequal: [-1, Infinity], less: 1_000_000_000_000, greater: -1 };

/** A looked-up map is 0 for all that never were put there. */
const STORED: Bounds = { unequal: [-1, Infinity], less: -Infinity, greater: -1 };

/** The number that a literal stands for, with its sign; `undefined` for anything else. */
export function literalOf(expression: Expression): number | undefined {
  if (expression.type === 'int') return Number(expression.text);
  if (expression.type !== 'unary' || expression.operator !== '-' || expression.operand.type !== 'int') return undefined;
  return -Number(expression.operand.text);
}

/** Whether a comparison of an event's value with a constant lets nearly every event through, such as `pid > 0`. */
export function isEveryEvent(operator: string, value: Expression, bound: Expression): boolean {
  if (bound.type === 'string') return bound.raw === '';
  if (bound.type === 'call') return bound.name !== 'cgroupid' || operator !== '==';
  const number = literalOf(bound);
  if (number === undefined) return true;
  const { unequal, less, greater } = boundsOf(value);
  switch (operator) {
    case '==':
      return value.type === 'map' && number === 0;
    case '!=':
      return number <= unequal[0] || number >= unequal[1];
    case '<':
    case '<=':
      return number >= less;
    case '>':
      return number <= greater;
    default:
      return number - 1 <= greater;
  }
}

function boundsOf(value: Expression): Bounds {
  switch (value.type) {
    case 'cast':
    case 'unary':
      return boundsOf(value.operand);
    case 'map':
      return STORED;
    case 'builtin':
      if (['pid', 'tid'].includes(value.name)) return PROCESS;
      if (['uid', 'gid'].includes(value.name)) return USER;
      return value.name === 'cpu' ? PROCESSOR : ADDRESS;
    case 'field':
      return FIELD_BOUNDS.find(([pattern]) => pattern.test(value.name))?.[1] ?? COUNT;
    case 'binary':
    case 'call':
    case 'int':
    case 'scalar':
    case 'step':
    case 'string':
    case 'ternary':
    case 'tuple':
    case 'word':
      return COUNT;
  }
  return unreachable(value);
}

const FIELD_BOUNDS: readonly (readonly [RegExp, Bounds])[] = [
  [/^(?:.*pid|.*tid)$/, PROCESS],
  [/^(?:id|nr)$/, CALL],
  [/^.*cpu$/, { ...PROCESSOR, unequal: [1, 1024] }],
  [/^(?:ret|res|result|rc|err|error|errno)$/, RESULT],
  [/^(?:.*prio|.*addr|.*ptr|call_site|vec|irq|ip|function|timer|hrtimer|now|expires)$/, ADDRESS],
];
