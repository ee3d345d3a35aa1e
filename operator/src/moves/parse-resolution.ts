import type { InvestigationStatusResolution, InvestigationStatusResolutionRuledOut } from '@nannyapi/crds';
import type { Quote } from './move.ts';
import { ReplyFault, Shape } from './shape.ts';

/** Bounds of the fields that hold a verdict in `status.resolution`, in characters. */
const MAX_CHARS = { component: 256, statement: 2048, ruledOut: 1024, plan: 16_384, quote: 1024 } as const;
const MECHANISM = /^[A-Z][A-Za-z0-9]{0,63}$/;

/**
 * Reads the verdict of a `resolve` move: its form only; whether the quotations stand is for the grounding check.
 *
 * Prose that is too long is cut, a quotation that is too long is an error: a cut one would prove something else.
 *
 * @throws ReplyFault with the path of the field and what is allowed there.
 */
export function parseResolution(shape: Shape): InvestigationStatusResolution {
  const verdict = shape.choice('verdict', ['RootCauseFound', 'NoFaultFound', 'Inconclusive'] as const);
  if (verdict !== 'RootCauseFound') shape.absent(['rootCause'], `verdict ${verdict}`);
  return {
    verdict,
    ...(verdict === 'RootCauseFound' ? { rootCause: parseRootCause(shape.object('rootCause')) } : {}),
    evidence: shape.list('evidence', 16).map(parseQuote),
    ruledOut: shape.list('ruledOut', 16).map(parseRuledOut),
    plan: shape.text('plan').slice(0, MAX_CHARS.plan),
    confidence: shape.choice('confidence', ['Low', 'Medium', 'High'] as const),
  };
}

function parseRootCause(shape: Shape): NonNullable<InvestigationStatusResolution['rootCause']> {
  shape.onlyFields(['component', 'mechanism', 'statement']);
  return {
    component: shape.text('component').slice(0, MAX_CHARS.component),
    mechanism: parseMechanism(shape),
    statement: shape.text('statement').slice(0, MAX_CHARS.statement),
  };
}

function parseMechanism(shape: Shape): string {
  const mechanism = shape.text('mechanism');
  if (MECHANISM.test(mechanism)) return mechanism;
  throw new ReplyFault(
    shape.pathOf('mechanism'),
    'must be one PascalCase word such as CPUSaturation or FilesystemFull',
  );
}

function parseRuledOut(item: { value: unknown; path: string }): InvestigationStatusResolutionRuledOut {
  const shape = new Shape(item.value, item.path);
  shape.onlyFields(['mechanism', 'statement', 'evidence']);
  return {
    mechanism: parseMechanism(shape),
    statement: shape.text('statement').slice(0, MAX_CHARS.ruledOut),
    evidence: shape.list('evidence', 4).map(parseQuote),
  };
}

function parseQuote(item: { value: unknown; path: string }): Quote {
  const shape = new Shape(item.value, item.path);
  shape.onlyFields(['id', 'quote']);
  const id = shape.text('id');
  if (!/^s\d{1,3}-[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(id)) {
    throw new ReplyFault(shape.pathOf('id'), 'must be an evidence id such as s0-cpu or s2-a1');
  }
  const quote = shape.text('quote');
  if (quote.length > MAX_CHARS.quote) {
    throw new ReplyFault(
      shape.pathOf('quote'),
      `must be at most ${MAX_CHARS.quote} characters; quote the telling line alone`,
    );
  }
  return { id, quote };
}
