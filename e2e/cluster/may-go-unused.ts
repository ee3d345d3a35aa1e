import type { UnusedRightException } from '../../hack/rbac-usage/judge-rights.ts';

/** Rights that the whole-cluster story need not use, each with its reason. */
export const MAY_GO_UNUSED: readonly UnusedRightException[] = [];
