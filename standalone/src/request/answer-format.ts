import type { IncomingHttpHeaders } from 'node:http';
import { findChoice } from './representation-choice.ts';

/** How the bytes of an answer are written, whatever is in it. */
export interface AnswerFormat {
  /** JSON unless it says YAML. */
  mediaType: string;
  isPretty: boolean;
  acceptsGzip: boolean;
}

/** People at a terminal or a browser get text with line breaks, as from kube-apiserver. */
const PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/;
/** What Go's strconv.ParseBool takes for true. */
const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/** The format that a request asks for; one that cannot be met gets JSON, since errors must be told somehow. */
export function answerFormat(headers: IncomingHttpHeaders, query: URLSearchParams): AnswerFormat {
  const pretty = query.get('pretty') ?? '';
  return {
    mediaType: findChoice(headers.accept)?.mediaType ?? 'application/json',
    isPretty: pretty === '' ? PEOPLE.test(headers['user-agent'] ?? '') : TRUE.has(pretty),
    acceptsGzip: (headers['accept-encoding'] ?? '').split(',').some((coding) => coding.trim() === 'gzip'),
  };
}
