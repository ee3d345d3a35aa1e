import { randomBytes } from 'node:crypto';

/** Somebody whom kube-apiserver knows by a token. */
export interface KnownUser {
  /** What the user's kubeconfig is called after. */
  role: string;
  /** The Kubernetes user name. */
  name: string;
  groups: readonly string[];
  token: string;
}

/** The file of `--token-auth-file`: a line a user, `token,name,uid,"group,group"`. */
export function tokenFile(users: readonly KnownUser[]): string {
  return users.map(({ role, name, groups, token }) => `${token},${name},uid-${role},"${groups.join(',')}"\n`).join('');
}

/** A token that cannot be guessed, 256 random bits. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
