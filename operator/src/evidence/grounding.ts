import type { InvestigationStatusResolution } from '@nannyapi/crds';
import type { Quote } from '../moves/move.ts';

/** Shortest quotation that proves anything, in characters. */
const MIN_QUOTE_CHARS = 8;

/** Why a verdict is not proved. */
export interface UngroundedClaim {
  /** Where in the verdict, e.g. `evidence[0]`. */
  field: string;
  /** What is wrong and what would do, in one or two sentences. */
  message: string;
}

/**
 * Texts of evidence by its id: standard output and, where there was any, standard error.
 *
 * An id that is missing names nothing in the run.
 */
export type EvidenceTexts = ReadonlyMap<string, readonly string[]>;

/** The evidence ids that a verdict cites, each once. */
export function citedIDs(resolution: InvestigationStatusResolution): string[] {
  return [...new Set(quotesOf(resolution).map(({ quote }) => quote.id))];
}

/**
 * Looks every quotation of a verdict up in the evidence it names.
 *
 * A quotation stands if it occurs in the text word for word, runs of white space counting as one space, for models and
 * tables disagree on nothing else. A few characters or bare numbers occur anywhere and prove nothing, unless they are a
 * whole line. `RootCauseFound` and `NoFaultFound` need at least one quotation, and the component at fault must occur in
 * one: a true line about something else is no proof. Numbers in prose are left alone, for sums and units are
 * legitimately worked out.
 *
 * @returns what is not proved; empty when the verdict stands.
 */
export function findUngroundedClaims(
  resolution: InvestigationStatusResolution,
  texts: EvidenceTexts,
): UngroundedClaim[] {
  const claims = quotesOf(resolution).flatMap(({ field, quote }) => {
    const message = faultOf(quote, texts);
    return message === undefined ? [] : [{ field, message }];
  });
  if (resolution.verdict !== 'Inconclusive' && (resolution.evidence ?? []).length === 0) {
    claims.push({
      field: 'evidence',
      message: `verdict ${resolution.verdict} needs at least one quotation that proves it`,
    });
  }
  const { rootCause, evidence = [] } = resolution;
  if (rootCause && evidence.length > 0 && !isNamed(rootCause.component, evidence)) {
    claims.push({
      field: 'rootCause.component',
      message: `no quotation in evidence names ${JSON.stringify(rootCause.component)}; quote a line in which it stands`,
    });
  }
  return claims;
}

function quotesOf(resolution: InvestigationStatusResolution): { field: string; quote: Quote }[] {
  const own = (resolution.evidence ?? []).map((quote, index) => ({ field: `evidence[${index}]`, quote }));
  const rivals = (resolution.ruledOut ?? []).flatMap((rival, index) =>
    (rival.evidence ?? []).map((quote, place) => ({ field: `ruledOut[${index}].evidence[${place}]`, quote })),
  );
  return [...own, ...rivals];
}

function faultOf({ id, quote }: Quote, texts: EvidenceTexts): string | undefined {
  const wanted = squeeze(quote);
  const shown = JSON.stringify(wanted.length > 160 ? `${wanted.slice(0, 160)}…` : wanted);
  const found = texts.get(id);
  if (!found) return `there is no evidence ${id} in this run`;
  // A histogram's bucket or a file of the kernel is a line of numbers; quoted whole, it says what it can say.
  if (wanted !== '' && found.some((text) => text.split('\n').some((line) => squeeze(line) === wanted)))
    return undefined;
  if (wanted.length < MIN_QUOTE_CHARS) return `${shown} is too short to prove anything; quote the whole line`;
  if (!/\p{L}/u.test(wanted)) return `${shown} holds nothing but numbers; quote the whole line`;
  if (found.some((text) => squeeze(text).includes(wanted))) return undefined;
  return `${shown} does not stand in ${id}; quote it word for word, or read ${id} again`;
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

/** Words that say what kind of thing a component is, and so name none. */
const KIND_WORDS = new Set(
  'a an and at by cgroup container device disk file filesystem for group host in mount mounted node of on partition pid process service system the unit volume with'.split(
    ' ',
  ),
);

/** Whether a telling word of the component's name stands in a quotation. */
function isNamed(component: string, quotes: readonly Quote[]): boolean {
  const words = component
    .toLowerCase()
    .split(/[\s(),;"'`=]+/u)
    .map((word) => word.replaceAll(/^[.:]+|[.:]+$/gu, ''))
    .filter((word) => word !== '');
  const telling = words.filter((word) => !KIND_WORDS.has(word));
  const quoted = quotes.map(({ quote }) => quote.toLowerCase());
  return (telling.length > 0 ? telling : words).some((word) => quoted.some((text) => names(text, word)));
}

/** Whether a text names a thing: by the very word, or, for an object `namespace/name`, by both in one quotation. */
function names(text: string, word: string): boolean {
  if (standsIn(text, word)) return true;
  const [namespace = '', name = '', ...more] = word.split('/');
  return namespace !== '' && name !== '' && more.length === 0 && standsIn(text, namespace) && standsIn(text, name);
}

/** Whether a word stands in a text by itself, not as a part of a longer one: `sd` is not named by `sda`. */
function standsIn(text: string, word: string): boolean {
  const escaped = word.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\p{L}\p{N}_])${escaped}(?![\p{L}\p{N}_])`, 'u').test(text);
}
