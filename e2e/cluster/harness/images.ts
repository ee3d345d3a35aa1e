import { readFileSync } from 'node:fs';
import { inClone } from './tool.ts';

/** An image that is on every node already and holds Node; it stands for what people run. */
export function nodeImage(): string {
  const { version } = JSON.parse(readFileSync(inClone('package.json'), 'utf8')) as { version: string };
  return `localhost/nannyapi-operator:${version}`;
}
