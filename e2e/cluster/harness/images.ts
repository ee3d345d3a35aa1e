import { readFileSync } from 'node:fs';
import { inClone } from './tool.ts';

/** An image that is on every node already and holds Node; it stands for what people run. */
export function nodeImage(): string {
  return ofThisVersion('operator');
}

/** The image of the agent, which is on every node too; it stands for a host outside of the cluster. */
export function agentImage(): string {
  return ofThisVersion('agent');
}

function ofThisVersion(component: string): string {
  const { version } = JSON.parse(readFileSync(inClone('package.json'), 'utf8')) as { version: string };
  return `localhost/nannyapi-${component}:${version}`;
}
