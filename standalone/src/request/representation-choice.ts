import { StatusError } from '../status/status-error.ts';

/** The form a client asks for by its Accept header. */
export type Representation = 'Object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';

/** How an answer is written. */
export type MediaType = 'application/json' | 'application/yaml';

/** What an Accept header comes to. */
export interface Choice {
  representation: Representation;
  mediaType: MediaType;
}

interface Clause {
  type: string;
  parameters: ReadonlyMap<string, string>;
  quality: number;
}

const FORMS: ReadonlyMap<string, Representation> = new Map([
  ['Table', 'Table'],
  ['PartialObjectMetadata', 'PartialObjectMetadata'],
  ['PartialObjectMetadataList', 'PartialObjectMetadataList'],
]);

const TYPES: ReadonlyMap<string, MediaType> = new Map([
  ['application/json', 'application/json'],
  ['application/yaml', 'application/yaml'],
  ['application/*', 'application/json'],
  ['*/*', 'application/json'],
]);

/**
 * Picks the best form in an Accept header that is served (RFC 9110 §12.5.1, KEP-2334 for `as=`).
 *
 * Protobuf is not written: clients that ask for it name JSON as well.
 *
 * @throws StatusError NotAcceptable when there is none.
 */
export function negotiate(accept: string | undefined): Choice {
  const choice = findChoice(accept);
  if (choice !== undefined) return choice;
  const message = 'only the following media types are accepted: application/json, application/yaml';
  throw new StatusError('NotAcceptable', message);
}

/** The same without the error. */
export function findChoice(accept: string | undefined): Choice | undefined {
  if (accept === undefined || accept.trim() === '') {
    return { representation: 'Object', mediaType: 'application/json' };
  }
  const clauses = accept.split(',').map(parseClause);
  for (const clause of clauses.sort((a, b) => b.quality - a.quality)) {
    const choice = choiceOf(clause);
    if (choice !== undefined) return choice;
  }
  return undefined;
}

function parseClause(text: string): Clause {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const pairs = parameters.map((parameter): [string, string] => {
    const [name = '', value = ''] = parameter.split('=', 2);
    return [name.trim(), value.trim()];
  });
  const named = new Map(pairs);
  const quality = Number(named.get('q') ?? '1');
  return { type, parameters: named, quality: Number.isFinite(quality) ? quality : 1 };
}

function choiceOf({ type, parameters }: Clause): Choice | undefined {
  const mediaType = TYPES.get(type);
  if (mediaType === undefined) return undefined;
  const as = parameters.get('as');
  if (as === undefined) return parameters.has('v') ? undefined : { representation: 'Object', mediaType };
  const representation = FORMS.get(as);
  const version = parameters.get('v');
  const isServed = parameters.get('g') === 'meta.k8s.io' && version === 'v1';
  return representation === undefined || !isServed ? undefined : { representation, mediaType };
}
