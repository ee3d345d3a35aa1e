import { expect, it } from 'vitest';
import { buildAnnotations } from './product.ts';

it('marks the pods of each component with the build of its image, and nothing else', () => {
  const images = [
    '/cache/nannyapi-operator-0.1.0-e5ddb43c7f1d.tar',
    '/cache/nannyapi-agent-0.1.0-0a1b.tar',
    '/x/pause.tar',
  ];
  expect(buildAnnotations(images)).toEqual([
    '--set-string',
    'operator.podAnnotations.nannyai\\.dev/build=e5ddb43c7f1d',
    '--set-string',
    'agent.podAnnotations.nannyai\\.dev/build=0a1b',
  ]);
});
