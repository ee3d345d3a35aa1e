import { checkArgv } from '../check-command.ts';
import { checkTrace } from '../trace/check-trace.ts';
import type { PlainVerdict, PolicyVerdict, Refusal } from '../verdict.ts';
import { refuse, shown } from '../verdict.ts';
import { WORD_LIMITS } from '../words.ts';
import { unreachable } from '../unreachable.ts';
import type { JsonObject, Shape } from './shape.ts';
import { checkShape, isObject, list, object, optional, text, whole, word } from './shape.ts';

const EVIDENCE_ID = /^s[0-9]{1,3}-[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;
const ACTION_ID = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;
const MAX_EVIDENCE_BYTES = 67_108_864;
const NEAREST = '{"tool":"run","argv":["ss","-s"]}';

const offsetBytes = optional(whole(0, MAX_EVIDENCE_BYTES));
const lengthBytes = optional(whole(1, 65_536));
const argv = list(text(1, WORD_LIMITS.maxWordCharacters), 1, WORD_LIMITS.maxWords);
const program = text(1, 4096);
const durationSeconds = whole(1, 30);

/** The fields of an evidence id. */
export const evidenceIDField = text(1, 48, EVIDENCE_ID);

const TOOLS: Readonly<Record<'run' | 'trace' | 'read', Shape>> = {
  run: { argv },
  trace: { program, durationSeconds },
  read: {
    evidenceID: evidenceIDField,
    range: optional(object({ offsetBytes, lengthBytes })),
    offsetBytes,
    lengthBytes,
  },
};

type ToolName = keyof typeof TOOLS;

function isTool(name: unknown): name is ToolName {
  return typeof name === 'string' && Object.hasOwn(TOOLS, name);
}

/** Judges one action as the model writes it, `{tool, ...}`, or in the form of an AgentTask, `{id?, run | trace | read: {...}}`. */
export function checkAction(action: unknown): PolicyVerdict {
  if (!isObject(action)) return refuse('call-shape', 'an action is not an object', NEAREST);
  if (Object.hasOwn(action, 'tool')) return checkModelAction(action);
  const names = Object.keys(action).filter(isTool);
  const [name] = names;
  if (name === undefined || names.length > 1)
    return refuse('call-shape', 'an action has exactly one of run, trace and read', NEAREST);
  const unfit = checkShape(action, { id: optional(text(1, 32, ACTION_ID)), [name]: object(TOOLS[name]) }, '');
  if (unfit) return unfit;
  const call = action[name];
  return isObject(call) ? judge(name, call) : refuse('call-shape', `${name} is not an object`, NEAREST);
}

function checkModelAction(action: JsonObject): PolicyVerdict {
  const { tool } = action;
  if (!isTool(tool)) {
    return refuse(
      'call-shape',
      `${typeof tool === 'string' ? shown(tool) : 'the tool'} is not a tool`,
      'run, trace or read',
    );
  }
  if (tool === 'run' && typeof action.argv === 'string') {
    return refuse('call-shape', 'argv is a string', 'a list of words, such as ["ss", "-s"]');
  }
  return checkShape(action, { tool: word(tool), ...TOOLS[tool] }, '') ?? judge(tool, action);
}

function judge(tool: ToolName, call: JsonObject): PolicyVerdict {
  switch (tool) {
    case 'run':
      return judgeArgv(call.argv);
    case 'trace':
      return typeof call.program === 'string'
        ? checkTrace(call.program)
        : refuse('call-shape', 'program is not a string');
    case 'read':
      return ACCEPTED;
  }
  return unreachable(tool);
}

const ACCEPTED: PlainVerdict = { verdict: 'accept' };

function judgeArgv(value: unknown): PolicyVerdict {
  const isList = Array.isArray(value) && value.every((part): part is string => typeof part === 'string');
  return isList ? checkArgv(value) : notWords();
}

function notWords(): Refusal {
  return refuse('call-shape', 'argv is not a list of words', NEAREST);
}
