import type { HealthCheck } from '../manager.ts';

/** What a probe is answered. */
export interface HealthAnswer {
  status: 200 | 404 | 500;
  /** Plain text, in the form that Kubernetes' own components use. */
  text: string;
}

/** What a probe asks for. */
export interface HealthQuestion {
  /** `healthz` or `readyz`. */
  probe: string;
  /** One check alone. */
  check?: string | undefined;
  /** All checks and not only those that failed. */
  isVerbose: boolean;
}

/** Answers a probe: 500 with the failed checks and why, else 200. */
export function healthAnswer(checks: readonly HealthCheck[], question: HealthQuestion): HealthAnswer {
  const { probe, check, isVerbose } = question;
  const asked = check === undefined ? checks : checks.filter(({ name }) => name === check);
  if (check !== undefined && asked.length === 0) {
    return { status: 404, text: `there is no check ${JSON.stringify(check)}; there are ${namesOf(checks)}\n` };
  }
  const failed = asked.filter(({ problem }) => problem !== undefined);
  if (failed.length === 0 && !isVerbose) return { status: 200, text: 'ok\n' };
  const lines = (isVerbose ? asked : failed).map(lineOf);
  const end = failed.length === 0 ? `${probe} check passed` : `${probe} check failed`;
  return { status: failed.length === 0 ? 200 : 500, text: `${[...lines, end].join('\n')}\n` };
}

function lineOf({ name, problem }: HealthCheck): string {
  return problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`;
}

function namesOf(checks: readonly HealthCheck[]): string {
  return checks.length === 0 ? 'none' : checks.map(({ name }) => name).join(', ');
}
