import type { UnusedRightException } from '../../hack/rbac-usage/judge-rights.ts';

const OURS = 'nannyai.dev';
const PAGES = 'Informers list by pages where the API server cannot stream a list (before Kubernetes 1.32).';
const CONFLICT = 'Read anew only when two writers met, or an object was there already.';
const HELD = 'Takes our finalizer off what still bears it when the operator is gone; a run in good order leaves none.';

const LOGIN = 'Nobody logs in: that needs an identity provider, which the tests of the facade bring.';
const RUNS = ['agenttasks', 'evidence', 'investigations'];
const IDENTITIES = ['agentcredentials', 'devicecodes', 'enrollmenttokens'];

/** Rights that the whole-cluster story need not use, each with its reason. */
export const MAY_GO_UNUSED: readonly UnusedRightException[] = [
  ...['agents', 'investigations', 'agenttasks'].map((resource) => of('operator', 'list', resource, PAGES)),
  ...['agents', 'investigations', 'agenttasks'].map((resource) => of('operator', 'get', resource, CONFLICT)),
  ...['agenttasks', 'devicecodes'].map((resource) => of('api', 'get', resource, CONFLICT)),
  of(
    'operator',
    'update',
    'investigations/finalizers',
    'Asked for by OwnerReferencesPermissionEnforcement, where it is on.',
  ),
  { ...of('operator', 'patch', 'events', 'Only an event that repeats is patched.'), group: '' },
  ...[...RUNS, ...IDENTITIES, 'agents', 'users'].map((resource) => of('uninstall', 'patch', resource, HELD)),
  ...['users', ...IDENTITIES].map((resource) => of('operator', 'list', resource, PAGES)),
  of('operator', 'delete', 'devicecodes', 'An hour after a code has expired; the story is shorter.'),
  of('operator', 'patch', 'users/status', LOGIN),
  ...['get', 'create', 'patch', 'delete'].map((verb) => of('api', verb, 'users', LOGIN)),
  of('api', 'patch', 'users/status', LOGIN),
  { ...of('api', 'patch', 'events', 'Only an event that repeats is patched.'), group: '' },
];

function of(component: string, verb: string, resource: string, reason: string): UnusedRightException {
  return { serviceAccount: `nannyapi-${component}`, verb, group: OURS, resource, reason };
}
