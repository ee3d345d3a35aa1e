import type { UserInfo } from '../auth/token-store.ts';
import type { CompiledKind } from '../schema/index.ts';
import { StatusError } from '../status/status-error.ts';
import type { Representation } from './representation-choice.ts';
import type { ResourcePath } from './request-path.ts';

/** A request to a resource, authenticated and with its body read. */
export interface ResourceRequest {
  method: string;
  kind: CompiledKind;
  path: ResourcePath;
  query: URLSearchParams;
  representation: Representation;
  body: Buffer;
  /** Media type of the body, without parameters. */
  contentType: string;
  user: UserInfo;
  userAgent: string;
  /** Complaints about what was sent, in order; they are told with any answer, a refusal too. */
  warnings: string[];
}

/** An answer that is known whole. */
export interface Reply {
  code: number;
  /** JSON text. */
  body: string;
  /** Texts of `Warning: 299` headers, told after those of the request. */
  warnings?: readonly string[];
}

/** True for `dryRun=All`: everything is checked, nothing is stored. @throws StatusError Invalid for any other value. */
export function isDryRun(request: ResourceRequest): boolean {
  return readDryRun(request.query.getAll('dryRun').filter((value) => value !== ''));
}

/** The same for the list in a body. A word that is not understood must not lead to a real write. */
export function readDryRun(values: readonly unknown[]): boolean {
  const unknown = values.find((value) => value !== 'All');
  if (unknown !== undefined) {
    const message = `Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`;
    const causes = [{ reason: 'FieldValueNotSupported', field: 'dryRun', message }];
    throw new StatusError('Invalid', ` "" is invalid: dryRun: ${message}`, { causes });
  }
  return values.length > 0;
}

/** Longest field manager name that Kubernetes takes. */
const MAX_MANAGER_CHARS = 128;

/** Who managedFields name: the `fieldManager` parameter, else the user agent up to its first slash. */
export function fieldManager(request: ResourceRequest): string {
  const named = request.query.get('fieldManager');
  if (named !== null && named !== '') return named;
  return request.userAgent.split('/', 1)[0]?.slice(0, MAX_MANAGER_CHARS) || 'unknown';
}
