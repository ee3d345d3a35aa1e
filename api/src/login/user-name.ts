import { createHash } from 'node:crypto';
import type { User } from '@nannyapi/crds';
import { kubernetesName } from './identity.ts';

/** The name of the User object of a person: `<provider>-<16 hex digits of SHA-256 of the subject>`. */
export function userObjectName(provider: string, subject: string): string {
  return `${provider}-${createHash('sha256').update(subject).digest('hex').slice(0, 16)}`;
}

/** The User object that a Kubernetes user would have; `undefined` for a name that no login makes. */
export function userObjectNameOf(name: string): string | undefined {
  const [, provider, subject] = /^([a-z][-a-z0-9]{0,31}):(.+)$/.exec(name) ?? [];
  if (provider === undefined || subject === undefined || provider === 'system') return undefined;
  return userObjectName(provider, subject);
}

/** The Kubernetes name of the person of a User object. */
export function kubernetesNameOf({ spec }: User): string {
  return kubernetesName(spec.provider, spec.subject);
}
