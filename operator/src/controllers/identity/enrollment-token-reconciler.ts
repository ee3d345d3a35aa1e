import type { EnrollmentToken } from '@nannyapi/crds';
import { setCondition, type ReconcileCall, type Reconciler, type ReconcileResult } from '@nannyapi/runtime';
import { readyOfEnrollmentToken } from './enrollment-token-state.ts';

/** Says whether each install token can be used. The API decides by the token itself; this is for people. */
export class EnrollmentTokenReconciler implements Reconciler<EnrollmentToken> {
  async reconcile(token: EnrollmentToken, { now }: ReconcileCall): Promise<ReconcileResult<EnrollmentToken>> {
    const { ready, changesInSeconds } = readyOfEnrollmentToken(token, now);
    const { generation } = token.metadata;
    const conditions = setCondition(token.status?.conditions ?? [], { ...ready, observedGeneration: generation }, now);
    return { status: { ...token.status, conditions }, requeueAfterSeconds: changesInSeconds };
  }
}
