import type { Investigation } from '@nannyapi/crds';
import type { FacadeClient } from './facade-client.ts';

/** Evidence texts are whole up to this size. */
export const MAX_TEXT_BYTES = 1 << 20;

/** What `--output json` prints: the object as stored and every evidence text of the run. */
export interface Report {
  investigation: Investigation;
  evidence: { id: string; source: string; text: string; truncated?: true }[];
}

/** Reads the finished run and all that its host said. */
export async function readReport(client: FacadeClient, name: string, signal: AbortSignal): Promise<Report> {
  const investigation = await client.get(name, signal);
  const evidence: Report['evidence'] = [];
  for (const { id, source, bytes } of await client.listEvidence(name, signal)) {
    const text = bytes === 0 ? '' : await client.readEvidence(name, id, { maxBytes: MAX_TEXT_BYTES, signal });
    evidence.push({ id, source, text, ...(bytes > MAX_TEXT_BYTES ? { truncated: true } : {}) });
  }
  return { investigation, evidence };
}

/** Exit status of a run: 0 for a cause or none found, 3 for an open end, 1 for a failure. */
export function exitStatusOf(investigation: Investigation): number {
  const verdict = investigation.status?.resolution?.verdict;
  if (verdict === undefined) return 1;
  return verdict === 'Inconclusive' ? 3 : 0;
}
