import { CodedError } from '@nannyapi/process';
import { invalidMessage } from '../invalid-status.ts';
import type { Cause, KindResource } from '../kinds.ts';

/** An object that was refused, with kube-apiserver's causes. Code `Invalid`, status 422. */
export class InvalidObjectError extends CodedError {
  readonly causes: readonly Cause[];
  readonly resource: Pick<KindResource, 'group' | 'kind'>;
  readonly objectName: string;

  constructor(resource: Pick<KindResource, 'group' | 'kind'>, objectName: string, causes: readonly Cause[]) {
    super({
      code: 'Invalid',
      status: 422,
      message: invalidMessage(resource, objectName, causes),
      details: causes.map(({ field, message }) => ({ field, message })),
    });
    this.causes = causes;
    this.resource = resource;
    this.objectName = objectName;
  }
}
