import { shown } from '../verdict.ts';
import { TRACE_FUNCTIONS } from './functions.ts';
import { isBusy, isHot } from './hot-probes.ts';
import { isNarrowing } from './narrowing.ts';
import { printProbe } from './probes.ts';
import type { Clause, Expression, Statement } from './syntax.ts';
import { allStatements, expressionsOf, visitExpression } from './syntax.ts';
import { clauseExpressions } from './strings.ts';
import { refuseTrace } from './trace-refusal.ts';

/** Bounds of a program; part of the hashed policy. */
export const TRACE_LIMITS = {
  maxCharacters: 4096,
  maxProbes: 16,
  maxMaps: 32,
  maxKeys: 6,
  maxStatements: 256,
} as const;

const HOT_NEAREST = 'tracepoint:sched:sched_switch /args->next_pid == 1234/ { @[args->prev_comm] = count(); }';

/** Checks size, maps and the load that a program may put on the host. */
export function checkLoad(clauses: readonly Clause[]): void {
  checkSize(clauses);
  checkMaps(clauses);
  const aggregated = mapsReadByAggregations(clauses);
  for (const clause of clauses) {
    const hot = clause.probes.find(isHot);
    if (hot) checkHotClause(clause, printProbe(hot), aggregated);
    const busy = clause.probes.find(isBusy);
    if (busy && hasOutput(clause) && !(clause.predicate && isNarrowing(clause.predicate))) {
      refuseTrace('trace-hot-probe', `${printProbe(busy)} prints at each event`, {
        at: clause.at,
        nearest: `${printProbe(busy)} { @[comm] = count(); }`,
      });
    }
  }
}

function checkSize(clauses: readonly Clause[]): void {
  const probes = clauses.flatMap((clause) => clause.probes).length;
  if (probes > TRACE_LIMITS.maxProbes) refuseTrace('trace-size', `${probes} probes`, { nearest: 'at most 16 probes' });
  const statements = clauses.flatMap((clause) => allStatements(clause.body)).length;
  if (statements > TRACE_LIMITS.maxStatements)
    refuseTrace('trace-size', `${statements} statements`, { nearest: 'at most 256' });
}

function checkMaps(clauses: readonly Clause[]): void {
  const names = new Set<string>();
  const clocks = clockVariables(clauses);
  for (const expression of clauses.flatMap(clauseExpressions)) {
    visitExpression(expression, (part) => {
      if (part.type !== 'map') return;
      names.add(part.name);
      if (part.keys.length > TRACE_LIMITS.maxKeys)
        refuseTrace('trace-map', `${part.name} has ${part.keys.length} keys`, { nearest: 'at most 6 keys' });
      part.keys.forEach((key) => checkKey(part.name, key, clocks));
    });
  }
  if (names.size > TRACE_LIMITS.maxMaps) refuseTrace('trace-size', `${names.size} maps`, { nearest: 'at most 32' });
}

function checkKey(map: string, key: Expression, clocks: ReadonlySet<string>): void {
  if (!readsClock(key, clocks)) return;
  refuseTrace('trace-map', `a clock as a key of ${shown(map)} grows without bound`, { nearest: '@[comm] = count();' });
}

function readsClock(expression: Expression, clocks: ReadonlySet<string>): boolean {
  let isClock = false;
  visitExpression(expression, (part) => {
    if (part.type === 'builtin' && ['nsecs', 'elapsed'].includes(part.name)) isClock = true;
    if (part.type === 'call' && ['nsecs', 'strftime'].includes(part.name)) isClock = true;
    if ((part.type === 'scalar' || part.type === 'map') && clocks.has(part.name)) isClock = true;
  });
  return isClock;
}

/** Maps and scalars that hold a clock, directly or through one another. */
function clockVariables(clauses: readonly Clause[]): ReadonlySet<string> {
  const clocks = new Set<string>();
  const assignments = clauses
    .flatMap((clause) => allStatements(clause.body))
    .filter((statement) => statement.type === 'assign')
    .filter(({ value }) => !(value.type === 'call' && TRACE_FUNCTIONS[value.name]?.role === 'aggregate'));
  let before = -1;
  while (clocks.size > before) {
    before = clocks.size;
    for (const { target, value } of assignments) if (readsClock(value, clocks)) clocks.add(target.name);
  }
  return clocks;
}

function checkHotClause(clause: Clause, probe: string, aggregated: ReadonlySet<string>): void {
  const place = { at: clause.at, nearest: HOT_NEAREST };
  if (!clause.predicate) refuseTrace('trace-hot-probe', `${probe} without a predicate`, place);
  if (!isNarrowing(clause.predicate))
    refuseTrace('trace-hot-probe', `the predicate of ${probe} lets everything through`, place);
  if (hasOutput(clause)) refuseTrace('trace-hot-probe', `${probe} prints at each event`, place);
  const statements = allStatements(clause.body);
  const feeds = statements.some((statement) => isAggregation(statement) || isFed(statement, aggregated));
  if (!feeds) refuseTrace('trace-hot-probe', `${probe} without an aggregation`, place);
}

function isAggregation(statement: Statement): boolean {
  if (statement.type === 'assign')
    return statement.value.type === 'call' && TRACE_FUNCTIONS[statement.value.name]?.role === 'aggregate';
  return statement.type === 'expression' && statement.value.type === 'step' && statement.value.target.type === 'map';
}

/** A stored start time counts as part of an aggregation when an aggregation of the program reads it. */
function isFed(statement: Statement, aggregated: ReadonlySet<string>): boolean {
  return statement.type === 'assign' && statement.target.type === 'map' && aggregated.has(statement.target.name);
}

function mapsReadByAggregations(clauses: readonly Clause[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const clause of clauses) {
    const statements = allStatements(clause.body);
    if (!statements.some(isAggregation)) continue;
    for (const statement of statements) {
      if (statement.type !== 'assign') continue;
      visitExpression(statement.value, (part) => {
        if (part.type === 'map') names.add(part.name);
      });
    }
  }
  return names;
}

function hasOutput(clause: Clause): boolean {
  return allStatements(clause.body)
    .flatMap(expressionsOf)
    .some((expression) => expression.type === 'call' && TRACE_FUNCTIONS[expression.name]?.role === 'output');
}
