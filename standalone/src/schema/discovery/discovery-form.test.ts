import { expect, it } from 'vitest';
import { discoveryForm } from './discovery-form.ts';

const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

it.each([
  ['', 'plain'],
  ['*/*', 'plain'],
  ['application/json', 'plain'],
  [V2, 'aggregated'],
  [`application/json,${V2}`, 'aggregated'],
  [`${V2.replace('v2', 'v2beta1')},application/json`, 'plain'],
  [V2.replace('v2', 'v2beta1'), 'none'],
  ['application/json;as=Table;g=meta.k8s.io;v=v1', 'none'],
  ['text/html', 'none'],
])('%s gives %s', (accept, form) => {
  expect(discoveryForm(accept)).toBe(form);
});
