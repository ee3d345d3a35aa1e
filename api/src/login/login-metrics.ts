import { Counter, type Registry } from 'prom-client';
import type { LoginProblem } from './login-problem.ts';

/** Counts how logins end. */
export interface LoginMetrics {
  count(provider: string, outcome: 'Succeeded' | LoginProblem): void;
}

/** Makes the counter; providers are of the configuration, so there are few. */
export function createLoginMetrics(registry: Registry): LoginMetrics {
  const logins = new Counter({
    name: 'nannyapi_logins_total',
    help: 'Logins of people that ended, by provider and outcome: Succeeded, or why not.',
    labelNames: ['provider', 'outcome'],
    registers: [registry],
  });
  return { count: (provider, outcome) => logins.inc({ provider, outcome }) };
}
