import type { ApiContext } from '../request/api-context.ts';
import { ensureBootstrapRbac } from './bootstrap-rbac.ts';
import { CrdLifecycle } from './crd-lifecycle.ts';
import { EventLifetime } from './event-lifetime.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { NamespaceLifecycle } from './namespace-lifecycle.ts';
import { RoleAggregation } from './role-aggregation.ts';

/** The work that the server does by itself, on every change. */
export interface Lifecycles {
  /** Stops listening and waits for work under way. */
  close(): Promise<void>;
}

/**
 * Serves the stored CRDs and those given, makes the first namespaces and roles, and starts garbage collection, the
 * gathering of roles and the end of old events.
 */
export async function startLifecycles(context: ApiContext, crds: readonly unknown[]): Promise<Lifecycles> {
  const custom = new CrdLifecycle(context);
  const namespaces = new NamespaceLifecycle(context);
  const garbage = new GarbageCollector(context);
  const roles = new RoleAggregation(context);
  const events = new EventLifetime(context);
  custom.start();
  await custom.install(crds);
  await namespaces.start();
  await ensureBootstrapRbac(context);
  await roles.start();
  garbage.start();
  events.start();
  return {
    close: async () => {
      await Promise.all([custom.close(), namespaces.close(), garbage.close(), roles.close(), events.close()]);
    },
  };
}
