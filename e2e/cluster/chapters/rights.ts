import { describe, expect, it } from 'vitest';
import { excessiveRights } from '../../../hack/rbac-usage/excessive-rights.ts';
import { grantedRights } from '../../../hack/rbac-usage/granted-rights.ts';
import { judgeRights } from '../../../hack/rbac-usage/judge-rights.ts';
import { readAuditLog } from '../../../hack/rbac-usage/read-audit-log.ts';
import type { Story } from '../harness/story.ts';
import { MAY_GO_UNUSED } from '../may-go-unused.ts';

/** What the API server wrote down of the whole story, held against what the chart gives. */
export function rights(at: () => Story): void {
  describe('the rights that the chart gives', () => {
    const given = (story: Story): ReturnType<typeof grantedRights> =>
      grantedRights(story.granted, story.session.access.namespace);

    it('hold no wildcard, no unnamed Secret and no way into pods', () => {
      expect(given(at())).not.toEqual([]);
      expect(excessiveRights(given(at()))).toEqual([]);
    });

    it('were enough for the whole story, and none was idle but for listed reasons', async () => {
      const story = at();
      const path = story.auditLogPath;
      if (path === undefined) throw new Error('the audit log of a cluster that is not ours cannot be read');
      const rights = given(story);
      const users = [...new Set(rights.map(({ user }) => user)), agentOf(story)];
      const requests = await Promise.all(
        story.auditWindows.map(async (window) => await readAuditLog(path, { users, ...window })),
      );
      expect(story.auditWindows).not.toEqual([]);
      expect(judgeRights(rights, requests.flat(), MAY_GO_UNUSED)).toEqual({
        forbidden: [],
        unused: [],
        idleExceptions: [],
      });
    });

    it('are none at all for the agent, which never called the API server', async () => {
      const story = at();
      const user = agentOf(story);
      expect(given(story).filter((right) => right.user === user)).toEqual([]);
      const calls = await readAuditLog(story.auditLogPath ?? '', { users: [user] });
      expect(calls).toEqual([]);
    });
  });
}

function agentOf({ session: { access } }: Story): string {
  return `system:serviceaccount:${access.namespace}:nannyapi-agent`;
}
