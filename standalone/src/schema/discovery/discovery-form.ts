/** The form in which a discovery document is wanted. */
export type DiscoveryForm = 'aggregated' | 'plain' | 'none';

/**
 * Picks the form of `/api` and `/apis` by an Accept header: aggregated (apidiscovery.k8s.io/v2) when a clause names it,
 * wherever it stands, else plain JSON; `none` when neither is acceptable.
 *
 * v2beta1 is not offered, as in Kubernetes 1.36: clients that ask for it name plain JSON as well.
 */
export function discoveryForm(accept: string): DiscoveryForm {
  if (accept.trim() === '') return 'plain';
  let isPlain = false;
  for (const clause of accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    if (!ACCEPTED.has(type)) continue;
    const given = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string]));
    if (!given.has('as')) isPlain = true;
    else if (type === 'application/json' && isAggregated(given)) return 'aggregated';
  }
  return isPlain ? 'plain' : 'none';
}

const ACCEPTED = new Set(['application/json', 'application/yaml', 'application/*', '*/*']);

function isAggregated(given: ReadonlyMap<string, string>): boolean {
  const isList = given.get('as') === 'APIGroupDiscoveryList';
  return isList && given.get('g') === 'apidiscovery.k8s.io' && given.get('v') === 'v2';
}
