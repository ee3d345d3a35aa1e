import type { User } from '@nannyapi/crds';
import type { ReconcileCall, Reconciler, ReconcileResult } from '@nannyapi/runtime';
import { userStatusOf } from './user-state.ts';

/** Takes away the logins of people that have ended, and says who may log in. The API decides by itself; this is for people. */
export class UserReconciler implements Reconciler<User> {
  async reconcile(user: User, { now }: ReconcileCall): Promise<ReconcileResult<User>> {
    const { status, changesInSeconds } = userStatusOf(user, now);
    return { status, requeueAfterSeconds: changesInSeconds };
  }
}
