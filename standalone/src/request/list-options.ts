import { parseInt64 } from './go-integer.ts';
import { isTrue } from './query.ts';
import { badRequest, StatusError } from '../status/status-error.ts';

/** meta/v1 ListOptions, but for the selectors. */
export interface ListOptions {
  isWatch: boolean;
  wantsBookmarks: boolean;
  /** '' when unset. */
  resourceVersion: string;
  /** `resourceVersionMatch`; '' when unset. */
  match: string;
  /** 0 when unset. */
  timeoutSeconds: number;
  /** 0 or less means all. */
  limit: number;
  /** '' when unset. */
  continueToken: string;
  /** Undefined when unset. */
  sendsInitialEvents: boolean | undefined;
}

/**
 * Reads the options of a list or a watch.
 *
 * @throws StatusError BadRequest for what is no number, Invalid for options that do not go together.
 */
export function readListOptions(query: URLSearchParams): ListOptions {
  const sendInitial = query.get('sendInitialEvents');
  const options = {
    isWatch: isTrue(query.get('watch')),
    wantsBookmarks: isTrue(query.get('allowWatchBookmarks')),
    resourceVersion: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    timeoutSeconds: readInteger(query, 'timeoutSeconds'),
    limit: readInteger(query, 'limit'),
    continueToken: query.get('continue') ?? '',
    sendsInitialEvents: sendInitial === null ? undefined : isTrue(sendInitial),
  };
  const causes = options.isWatch ? watchCauses(options) : listCauses(options);
  if (causes.length > 0) throw invalidOptions(causes);
  return options;
}

function readInteger(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (text === null) return 0;
  const parsed = parseInt64(text);
  if ('error' in parsed) throw badRequest(parsed.error);
  return parsed.value;
}

interface OptionCause {
  reason: 'FieldValueForbidden' | 'FieldValueNotSupported';
  field: string;
  message: string;
}

function listCauses({ match, resourceVersion, continueToken, sendsInitialEvents }: ListOptions): OptionCause[] {
  const causes: OptionCause[] = [];
  if (match !== '') {
    if (resourceVersion === '') causes.push(badMatch('is forbidden unless resourceVersion is provided'));
    if (continueToken !== '') causes.push(badMatch('is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') causes.push(unknownMatch(match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0') {
      causes.push(badMatch('"exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendsInitialEvents !== undefined) {
    causes.push(forbiddenOption('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return causes;
}

function watchCauses({ match, continueToken, sendsInitialEvents }: ListOptions): OptionCause[] {
  const causes: OptionCause[] = [];
  if (sendsInitialEvents !== undefined && match !== 'NotOlderThan') {
    const rule = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    causes.push(forbiddenOption('resourceVersionMatch', rule));
  }
  if (match === '') return causes;
  if (sendsInitialEvents === undefined) {
    causes.push(badMatch('is forbidden for watch unless sendInitialEvents is provided'));
  }
  if (match !== 'NotOlderThan') causes.push(unknownMatch(match, ['NotOlderThan']));
  if (continueToken !== '') causes.push(badMatch('is forbidden when continue is provided'));
  return causes;
}

function badMatch(rule: string): OptionCause {
  return forbiddenOption('resourceVersionMatch', `resourceVersionMatch ${rule}`);
}

function forbiddenOption(field: string, rule: string): OptionCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${rule}`, field };
}

function unknownMatch(match: string, supported: readonly string[]): OptionCause {
  const values = supported.map((value) => JSON.stringify(value)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: ${values}`;
  return { reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' };
}

function invalidOptions(causes: readonly OptionCause[]): StatusError {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = texts.length === 1 ? texts.join() : `[${texts.join(', ')}]`;
  const details = { group: 'meta.k8s.io', kind: 'ListOptions', causes };
  return new StatusError('Invalid', `ListOptions.meta.k8s.io "" is invalid: ${text}`, details);
}
