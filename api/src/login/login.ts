import type { KubeObject, Informer } from '@nannyapi/runtime';
import type { LoginLinks } from './login-links.ts';
import type { LoginProviderKind } from './login-config.ts';
import type { Sessions } from './sessions.ts';

/** A way to log in, as the login page shows it. */
export interface LoginProviderInfo {
  /** Part of the paths `/auth/<id>/start` and `/auth/<id>/callback`. */
  id: string;
  /** What the button says, for example `Google`. */
  title: string;
  kind: LoginProviderKind;
}

/** The login of people, as pages, OAuth and the facade see it. */
export interface Login {
  /** In the order of the configuration; empty where people come with Kubernetes tokens alone. */
  providers(): LoginProviderInfo[];
  readonly sessions: Sessions;
  /** One-time links for the admin of the machine; absent where nobody may issue any. */
  readonly links: LoginLinks | undefined;
  /** To be started with the facade, and to be in its readiness. */
  caches(): Pick<Informer<KubeObject>, 'name' | 'start' | 'hasSynced' | 'health' | 'waitForSync'>[];
}
