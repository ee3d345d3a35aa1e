import { invalidMessage } from '../schema/index.ts';
import type { Cause, KindResource } from '../schema/index.ts';
import { StatusError } from '../status/status-error.ts';

/** 422 for a question that cannot be answered. */
export function invalidQuestion(
  { group, kind }: Pick<KindResource, 'group' | 'kind'>,
  name: string,
  causes: readonly Cause[],
): StatusError {
  return new StatusError('Invalid', invalidMessage({ group, kind }, name, causes), {
    ...(name === '' ? {} : { name }),
    group,
    ...(kind === '' ? {} : { kind }),
    causes,
  });
}
