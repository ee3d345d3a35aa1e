import type { MoveAction } from './move.ts';
import { ReplyFault, Shape } from './shape.ts';

const FIELDS_OF_TOOL = {
  run: ['argv'],
  trace: ['program', 'durationSeconds'],
  read: ['evidenceID', 'offsetBytes', 'lengthBytes'],
} as const;
const ALL_FIELDS = Object.values(FIELDS_OF_TOOL).flat();
const EVIDENCE_ID = /^s\d{1,3}-[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
const MAX_OFFSET_BYTES = 67_108_864;
const MAX_LENGTH_BYTES = 65_536;
const MAX_TRACE_SECONDS = 30;

/**
 * Reads one action of a move: its form only; the safety policy judges what it asks for.
 *
 * @throws ReplyFault with the path of the field and what is allowed there.
 */
export function parseAction(item: { value: unknown; path: string }): MoveAction {
  const shape = new Shape(item.value, item.path);
  shape.onlyFields(['tool', ...ALL_FIELDS]);
  const tool = shape.choice('tool', ['run', 'trace', 'read'] as const);
  const own: readonly string[] = FIELDS_OF_TOOL[tool];
  shape.absent(
    ALL_FIELDS.filter((field) => !own.includes(field)),
    `a ${tool} action`,
  );
  switch (tool) {
    case 'run':
      return { tool, argv: parseArgv(shape) };
    case 'trace':
      return {
        tool,
        program: shape.text('program'),
        durationSeconds: shape.integer('durationSeconds', 1, MAX_TRACE_SECONDS),
      };
    case 'read':
      break;
  }
  return parseRead(shape);
}

function parseArgv(shape: Shape): string[] {
  const argv = shape.list('argv', 64).map(({ value, path }) => {
    if (typeof value !== 'string') throw new ReplyFault(path, 'must be a string');
    return value;
  });
  if (argv.length === 0) throw new ReplyFault(shape.pathOf('argv'), 'must hold the command name and its arguments');
  return argv;
}

function parseRead(shape: Shape): MoveAction {
  const evidenceID = shape.text('evidenceID');
  if (!EVIDENCE_ID.test(evidenceID)) {
    throw new ReplyFault(shape.pathOf('evidenceID'), 'must be an evidence id such as s0-cpu or s2-a1');
  }
  return {
    tool: 'read',
    evidenceID,
    ...(shape.has('offsetBytes') ? { offsetBytes: shape.integer('offsetBytes', 0, MAX_OFFSET_BYTES) } : {}),
    ...(shape.has('lengthBytes') ? { lengthBytes: shape.integer('lengthBytes', 1, MAX_LENGTH_BYTES) } : {}),
  };
}
