import type { PolicyVerdict, Refusal } from '../verdict.ts';
import { isRefusal, refuse, shown } from '../verdict.ts';
import { checkAction, evidenceIDField } from './check-action.ts';
import { parseStrictJson } from './json-text.ts';
import type { Field, JsonObject, Shape } from './shape.ts';
import { checkShape, isObject, list, object, optional, text, word } from './shape.ts';

const NEAREST =
  '{"tool":"run","argv":["ss","-s"]}, {"tool":"trace",...}, {"tool":"read",...}, {"move":"diagnose",...} or {"move":"resolve",...}';
const anything: Field = { check: () => undefined };
const mechanism = text(1, 64, /^[A-Z][A-Za-z0-9]*$/);

const diagnoseShape: Shape = { hypothesis: text(1, 256), actions: list(anything, 1, 8) };
const resolveShape: Shape = {
  verdict: word('RootCauseFound', 'NoFaultFound', 'Inconclusive'),
  rootCause: optional(object({ component: text(1, 256), mechanism, statement: text(1, 2048) })),
  evidence: optional(list(object({ id: evidenceIDField, quote: text(1, 1024) }), 0, 16)),
  ruledOut: optional(
    list(object({ mechanism, statement: text(1, 1024), evidence: optional(list(evidenceIDField, 0, 16)) }), 0, 16),
  ),
  plan: optional(text(0, 16_384)),
  confidence: optional(word('Low', 'Medium', 'High')),
};

/**
 * Judges a whole tool call or move of the model.
 *
 * Takes JSON text, which is parsed strictly, or a value that somebody parsed already. The call is
 * an action (`tool`: run, trace, read), or a move: `diagnose` with a hypothesis and up to eight actions,
 * `resolve` with a verdict. A move is named by `kind`, `move` or `tool`, by a single key that wraps it, or by its
 * own fields. The first refused action refuses the whole move here; the operator judges actions
 * one by one with `checkAction`.
 */
export function checkToolCall(call: unknown): PolicyVerdict {
  if (typeof call !== 'string') return checkParsed(call);
  const parsed = parseStrictJson(call);
  return isRefusal(parsed) ? parsed : checkParsed(parsed.value);
}

function checkParsed(call: unknown): PolicyVerdict {
  if (!isObject(call)) return refuse('call-shape', 'the call is not an object', NEAREST);
  const keys = Object.keys(call);
  if (Object.hasOwn(call, 'move')) return checkNamedMove(call, 'move');
  if (Object.hasOwn(call, 'kind')) return checkNamedMove(call, 'kind');
  if (call.tool === 'diagnose' || call.tool === 'resolve') return checkNamedMove(call, 'tool');
  if (keys.includes('tool') || keys.some((key) => ['run', 'trace', 'read'].includes(key))) return checkAction(call);
  const [only] = keys;
  if (only === 'diagnose' || only === 'resolve') {
    const move = call[only];
    if (!isObject(move)) return refuse('call-shape', `${only} is not an object`, NEAREST);
    const extra = keys.find((key) => key !== only);
    return extra === undefined
      ? checkMove(only, move)
      : refuse('call-unknown-field', `${shown(extra)} is not a field of this call`, only);
  }
  if (keys.includes('actions') || keys.includes('hypothesis')) return checkMove('diagnose', call);
  if (keys.includes('verdict')) return checkMove('resolve', call);
  return refuse('call-shape', 'the call names no tool and no move', NEAREST);
}

function checkNamedMove(call: JsonObject, key: 'move' | 'kind' | 'tool'): PolicyVerdict {
  const { [key]: move, ...rest } = call;
  if (move !== 'diagnose' && move !== 'resolve')
    return refuse('call-shape', 'move is neither diagnose nor resolve', NEAREST);
  return checkMove(move, rest);
}

function checkMove(name: 'diagnose' | 'resolve', move: JsonObject): PolicyVerdict {
  return name === 'diagnose' ? checkDiagnose(move) : checkResolve(move);
}

function checkDiagnose(move: JsonObject): PolicyVerdict {
  const unfit = checkShape(move, diagnoseShape, '');
  if (unfit) return unfit;
  const actions: readonly unknown[] = Array.isArray(move.actions) ? move.actions : [];
  for (const [index, action] of actions.entries()) {
    const verdict = checkAction(action);
    if (isRefusal(verdict)) return { ...verdict, message: `${verdict.message} (actions[${index}])` };
  }
  return { verdict: 'accept' };
}

function checkResolve(move: JsonObject): PolicyVerdict {
  return checkShape(move, resolveShape, '') ?? checkGrounding(move) ?? { verdict: 'accept' };
}

function checkGrounding(move: JsonObject): Refusal | undefined {
  if (move.verdict !== 'RootCauseFound') {
    if (move.rootCause === undefined) return undefined;
    return refuse(
      'verdict-grounding',
      'a root cause beside a verdict that found none',
      'RootCauseFound, or no rootCause',
    );
  }
  if (!isObject(move.rootCause))
    return refuse('verdict-grounding', 'RootCauseFound without a rootCause', 'component, mechanism and statement');
  const isGrounded = Array.isArray(move.evidence) && move.evidence.length > 0;
  return isGrounded
    ? undefined
    : refuse('verdict-grounding', 'a root cause that cites no evidence', '{"id":"s0-cpu","quote":"the very line"}');
}
