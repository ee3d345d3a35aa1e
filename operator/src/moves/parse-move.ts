import type { Move } from './move.ts';
import { ReplyFault, Shape } from './shape.ts';
import { parseAction } from './parse-action.ts';
import { parseResolution } from './parse-resolution.ts';

/** Longest hypothesis that a step stores. */
const MAX_HYPOTHESIS_CHARS = 256;
/** Most actions of one move. */
const MAX_ACTIONS = 8;
/** Fields of the other kind of move; strict schemas make models send all of them, empty. */
const DIAGNOSE_FIELDS = ['hypothesis', 'actions'];
const RESOLVE_FIELDS = ['verdict', 'rootCause', 'evidence', 'ruledOut', 'plan', 'confidence'];

/** What a diagnostician's reply turned out to be. */
export type ParsedMove = { move: Move } | { problem: string };

/**
 * Reads a reply, which may be anything.
 *
 * `null`, `''`, `[]` and `0` count as absent where a field belongs to the other kind of move, because output
 * schemas in strict mode make models send every field. An unknown field is an error, never a permission. A string is
 * what the gateway could not read as a move: it is refused whatever it holds, and its fault is named.
 */
export function parseMove(reply: unknown): ParsedMove {
  try {
    if (typeof reply === 'string') return { problem: faultOfText(reply) };
    return { move: readMove(new Shape(reply, '')) };
  } catch (error) {
    if (error instanceof ReplyFault) return { problem: error.message };
    throw error;
  }
}

function faultOfText(text: string): string {
  if (text.trim() === '') return 'the reply is empty; answer with one JSON object of the given schema';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the reply is not one whole JSON object; answer with nothing but a JSON object of the given schema';
  }
  const parsed = parseMove(typeof value === 'string' ? null : value);
  return 'problem' in parsed
    ? parsed.problem
    : 'the reply does not fit the output schema; send every field and no other';
}

function readMove(shape: Shape): Move {
  shape.onlyFields(['kind', ...DIAGNOSE_FIELDS, ...RESOLVE_FIELDS]);
  const kind = shape.choice('kind', ['diagnose', 'resolve'] as const);
  if (kind === 'resolve') {
    shape.absent(DIAGNOSE_FIELDS, 'a resolve move');
    return { kind, ...parseResolution(shape) };
  }
  shape.absent(RESOLVE_FIELDS, 'a diagnose move');
  const actions = shape.list('actions', MAX_ACTIONS).map(parseAction);
  if (actions.length === 0)
    throw new ReplyFault('actions', 'must hold 1 to 8 actions; to end the run send kind "resolve"');
  return { kind, hypothesis: shape.text('hypothesis').slice(0, MAX_HYPOTHESIS_CHARS), actions };
}
