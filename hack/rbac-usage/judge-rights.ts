import type { Request } from './audit-event.ts';
import type { Right } from './granted-rights.ts';

/** A right that may go unused in a run, and why it is given all the same. */
export interface UnusedRightException {
  /** Name of the ServiceAccount, without its namespace. */
  serviceAccount: string;
  verb: string;
  group: string;
  resource: string;
  reason: string;
}

/** What a run shows of the rights its processes had. Everything sound is three empty lists. */
export interface RightsVerdict {
  /**
   * Requests that the authorizer refused for want of a right, each kind once, with how often and when first.
   *
   * What was refused although the right is given is none of them: an API server that has just started has not read its
   * roles yet, and Helm takes rights away before the pods that had them have ended.
   */
  forbidden: string[];
  /** Rights that no request used. */
  unused: string[];
  /** Exceptions for rights that nobody has. */
  idleExceptions: string[];
}

/** Holds the rights that were given against the requests that were made; both may be of several ServiceAccounts. */
export function judgeRights(
  rights: readonly Right[],
  requests: readonly Request[],
  exceptions: readonly UnusedRightException[],
): RightsVerdict {
  const users = new Set(rights.map(({ user }) => user));
  const own = requests.filter(({ user }) => users.has(user));
  const unused = rights.filter((right) => !own.some((request) => !request.isForbidden && isUseOf(request, right)));
  return {
    forbidden: tally(own.filter((request) => request.isForbidden && !rights.some((right) => isUseOf(request, right)))),
    unused: unused.filter((right) => !exceptions.some((exception) => isFor(exception, right))).map(describeRight),
    idleExceptions: exceptions
      .filter((exception) => !rights.some((right) => isFor(exception, right)))
      .map(({ serviceAccount, verb, group, resource }) => `${serviceAccount}: ${verb} ${described(group, resource)}`),
  };
}

/** True when this right is one that lets the request through, as the RBAC authorizer decides it. */
export function isUseOf(request: Request, right: Right): boolean {
  if (request.user !== right.user || !fits(right.verb, request.verb)) return false;
  if (right.isPath) return request.path !== undefined && isPathUnder(request.path, right.resource);
  return (
    request.resource !== undefined &&
    fits(right.group, request.group) &&
    fitsResource(right.resource, request.resource) &&
    (right.namespace === undefined || right.namespace === request.namespace) &&
    (right.name === undefined || right.name === request.name)
  );
}

const fits = (granted: string, asked: string): boolean => granted === '*' || granted === asked;

function fitsResource(granted: string, asked: string): boolean {
  if (fits(granted, asked)) return true;
  const [, subresource] = asked.split('/');
  return subresource !== undefined && granted === `*/${subresource}`;
}

function isPathUnder(path: string, granted: string): boolean {
  return granted.endsWith('*') ? path.startsWith(granted.slice(0, -1)) : path === granted;
}

function isFor(exception: UnusedRightException, right: Right): boolean {
  return (
    right.user.endsWith(`:${exception.serviceAccount}`) &&
    right.verb === exception.verb &&
    right.group === exception.group &&
    right.resource === exception.resource
  );
}

function tally(requests: readonly Request[]): string[] {
  const kinds = Map.groupBy(requests, describeRequest);
  return [...kinds].map(([kind, same]) => `${kind} (${same.length} times, first ${same[0]?.time ?? ''})`);
}

function describeRequest(request: Request): string {
  const what = request.resource === undefined ? (request.path ?? '') : described(request.group, request.resource);
  const which = [request.namespace, request.name].filter(Boolean).join('/');
  return `${request.user}: ${request.verb} ${what}${which === '' ? '' : ` ${which}`}`;
}

function describeRight(right: Right): string {
  const where = right.namespace === undefined ? '' : ` in ${right.namespace}`;
  const which = right.name === undefined ? '' : ` named ${right.name}`;
  return `${right.user}: ${right.verb} ${described(right.group, right.resource)}${which}${where} (${right.source})`;
}

const described = (group: string, resource: string): string => (group === '' ? resource : `${resource}.${group}`);
