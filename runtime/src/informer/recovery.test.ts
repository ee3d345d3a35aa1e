import { describe, expect, it } from 'vitest';
import { KubeApiError } from '../client/kube-api-error.ts';
import { recoveryFrom, type FailedAt } from './recovery.ts';

const error = (code: string) => new KubeApiError({ code, message: code, status: 500 });
const watching: FailedAt = { failures: 0, isStreaming: false, events: 1 };
const streaming: FailedAt = { failures: 0, isStreaming: true, events: 5 };

describe('recoveryFrom', () => {
  it.each<[string, unknown, FailedAt, object]>([
    ['resumes a cut watch', error('ConnectionFailed'), watching, { step: 'Resume', waits: true }],
    ['resumes after 503', error('ServiceUnavailable'), watching, { step: 'Resume', waits: true }],
    [
      'doubts its version after three failures',
      error('ConnectionFailed'),
      { ...watching, failures: 3 },
      { step: 'List' },
    ],
    [
      'never burdens an overloaded server with a list',
      error('TooManyRequests'),
      { ...watching, failures: 9 },
      { step: 'Resume' },
    ],
    ['resumes a watch that fell silent after news', error('Timeout'), watching, { step: 'Resume' }],
    [
      'lists after a watch that was silent from its beginning',
      error('Timeout'),
      { ...watching, events: 0 },
      { step: 'List' },
    ],
    ['lists at once when its history is gone', error('Expired'), watching, { step: 'List', waits: false }],
    ['waits when that does not help', error('Gone'), { ...watching, failures: 1 }, { step: 'List', waits: true }],
    ['lists after anything else', new Error('a bug'), watching, { step: 'List', waits: true }],
    [
      'takes pages where lists are not streamed, which is no failure',
      error('Invalid'),
      streaming,
      { step: 'ListByPages', waits: false, isNotServed: true },
    ],
    ['tries a cut streamed list once more', error('ConnectionFailed'), streaming, { step: 'List', waits: true }],
    ['and then takes pages', error('ConnectionFailed'), { ...streaming, failures: 1 }, { step: 'ListByPages' }],
    [
      'stays with the stream when the server is overloaded',
      error('TooManyRequests'),
      { ...streaming, failures: 1 },
      { step: 'Resume' },
    ],
  ])('%s', (_, failure, at, expected) => {
    expect(recoveryFrom(failure, at)).toMatchObject(expected);
  });
});
