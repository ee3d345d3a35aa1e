/**
 * The id by which models and verdicts cite what one action brought: `s<step>-<action>`.
 *
 * It is unique in one investigation and short, so that a model can repeat it without error.
 */
export function evidenceID(step: number, actionID: string): string {
  return `s${step}-${actionID}`;
}

/** Takes an evidence id apart, or answers `undefined` for what is none. */
export function parseEvidenceID(id: string): { step: number; actionID: string } | undefined {
  const match = /^s(\d{1,3})-([a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)$/.exec(id);
  const [, step, actionID] = match ?? [];
  return step === undefined || actionID === undefined ? undefined : { step: Number(step), actionID };
}
