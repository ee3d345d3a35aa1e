import type { MoveAction } from './move.ts';

/**
 * What an action asks for, apart from how it is written.
 *
 * The arguments of a command are sorted and the white space of a program is squeezed, for a model that goes round in
 * circles seldom repeats itself byte for byte. How long a trace runs does not matter.
 */
export function fingerprintOf(action: MoveAction): string {
  switch (action.tool) {
    case 'run': {
      const [name = '', ...args] = action.argv.map((word) => word.trim());
      return JSON.stringify(['run', name, ...args.toSorted()]);
    }
    case 'trace':
      return JSON.stringify(['trace', action.program.replaceAll(/\s+/gu, '')]);
    case 'read':
      break;
  }
  return JSON.stringify(['read', action.evidenceID, action.offsetBytes ?? 0, action.lengthBytes ?? 0]);
}

/** One line that says what an action asks for, as people and models see it; at most 1024 characters. */
export function describeAction(action: MoveAction): string {
  return describe(action).slice(0, 1024);
}

function describe(action: MoveAction): string {
  switch (action.tool) {
    case 'run':
      return action.argv.join(' ');
    case 'trace':
      return `bpftrace for ${action.durationSeconds} s: ${action.program}`;
    case 'read':
      break;
  }
  const from = action.offsetBytes === undefined ? '' : ` from byte ${action.offsetBytes}`;
  const length = action.lengthBytes === undefined ? '' : `, ${action.lengthBytes} bytes`;
  return `read ${action.evidenceID}${from}${length}`;
}
