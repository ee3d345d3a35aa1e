import { describe, expect, it } from 'vitest';
import { parseMove } from './parse-move.ts';

const NOTHING = { verdict: null, rootCause: null, evidence: null, ruledOut: null, plan: null, confidence: null };
const diagnose = (more: object = {}) => ({
  kind: 'diagnose',
  hypothesis: 'h',
  actions: [{ tool: 'run', argv: ['df'] }],
  ...more,
});
const action = (more: object) => diagnose({ actions: [more] });
const resolve = (more: object = {}) => ({
  kind: 'resolve',
  verdict: 'RootCauseFound',
  rootCause: { component: 'burner', mechanism: 'CPUSaturation', statement: 'busy' },
  evidence: [{ id: 's0-cpu', quote: 'busy=99%' }],
  ruledOut: [],
  plan: 'Stop it.',
  confidence: 'High',
  ...more,
});

describe('a move is read', () => {
  it.each<[string, unknown, object]>([
    ['with its actions', diagnose(), { kind: 'diagnose', hypothesis: 'h', actions: [{ tool: 'run', argv: ['df'] }] }],
    ['with the fields of the other kind empty', diagnose(NOTHING), { kind: 'diagnose' }],
    [
      'with the fields of other tools empty',
      action({
        tool: 'read',
        evidenceID: 's1-a1',
        argv: [],
        program: '',
        durationSeconds: 0,
        offsetBytes: 4,
        lengthBytes: null,
      }),
      { actions: [{ tool: 'read', evidenceID: 's1-a1', offsetBytes: 4 }] },
    ],
    ['with a long hypothesis cut', diagnose({ hypothesis: 'h'.repeat(999) }), { hypothesis: 'h'.repeat(256) }],
    [
      'as a verdict',
      resolve(),
      { kind: 'resolve', verdict: 'RootCauseFound', evidence: [{ id: 's0-cpu', quote: 'busy=99%' }] },
    ],
    [
      'as a verdict without a cause',
      resolve({ verdict: 'NoFaultFound', rootCause: null }),
      { verdict: 'NoFaultFound' },
    ],
    [
      'as a verdict with empty lists for null',
      resolve({ evidence: null, ruledOut: null }),
      { evidence: [], ruledOut: [] },
    ],
  ])('%s', (_, reply, expected) => expect(parseMove(reply)).toMatchObject({ move: expected }));
});

describe('a reply is no move', () => {
  it.each<[string, unknown, string]>([
    ['that is nothing', undefined, 'the reply must be a JSON object'],
    ['that is empty', '', 'the reply is empty'],
    ['that is prose', 'I think the disk is full', 'not one whole JSON object'],
    ['that was cut', '{"kind":"diag', 'not one whole JSON object'],
    [
      'that the gateway did not accept, with its fault',
      JSON.stringify(diagnose({ approved: true })),
      'approved is unknown; allowed are kind,',
    ],
    ['that the gateway did not accept, though we would', JSON.stringify(diagnose()), 'does not fit the output schema'],
    ['of another kind', { kind: 'ask' }, 'kind must be one of diagnose, resolve'],
    [
      'with an unknown field deep inside',
      action({ tool: 'run', argv: ['ss'], approved: true }),
      'actions[0].approved is unknown',
    ],
    ['with a command line for an argv', action({ tool: 'run', argv: 'ss -s' }), 'actions[0].argv must be a list'],
    ['with a number in an argv', action({ tool: 'run', argv: ['ss', 1] }), 'actions[0].argv[1] must be a string'],
    ['with an empty argv', action({ tool: 'run', argv: [] }), 'actions[0].argv must hold'],
    [
      'with two tools at once',
      action({ tool: 'run', argv: ['ss'], program: 'BEGIN { exit(); }' }),
      'actions[0].program has no place in a run action',
    ],
    [
      'with an endless trace',
      action({ tool: 'trace', program: 'x', durationSeconds: 31 }),
      'durationSeconds must be an integer from 1 to 30',
    ],
    ['with no actions', diagnose({ actions: [] }), 'actions must hold 1 to 8'],
    [
      'with nine actions',
      diagnose({ actions: Array.from({ length: 9 }, () => ({ tool: 'run', argv: ['df'] })) }),
      'at most 8',
    ],
    ['with a made-up evidence id', action({ tool: 'read', evidenceID: 'cpu' }), 'must be an evidence id'],
    ['with a verdict beside actions', diagnose({ verdict: 'NoFaultFound' }), 'verdict has no place in a diagnose move'],
    [
      'with a cause and no fault',
      resolve({ verdict: 'NoFaultFound' }),
      'rootCause has no place in verdict NoFaultFound',
    ],
    ['with a fault and no cause', resolve({ rootCause: null }), 'rootCause must be a JSON object'],
    [
      'with prose for a mechanism',
      resolve({ rootCause: { component: 'x', mechanism: 'cpu is full', statement: 's' } }),
      'PascalCase',
    ],
    [
      'with a quotation too long to check',
      resolve({ evidence: [{ id: 's0-cpu', quote: 'q'.repeat(1025) }] }),
      'at most 1024',
    ],
    ['without a plan', resolve({ plan: '' }), 'plan must be a text'],
  ])('%s', (_, reply, problem) =>
    expect(parseMove(reply)).toEqual({ problem: expect.stringContaining(problem) as string }),
  );
});
