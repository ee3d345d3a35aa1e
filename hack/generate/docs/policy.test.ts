import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkCase, commandCatalogue, isCaseKind, isRefusal, RULES } from '@nannyapi/protocol';
import { describe, expect, it } from 'vitest';
import { READABLE_FILES } from '../../../protocol/src/policy/paths/roots.ts';
import { MOVE_RULES, unfold } from './policy.ts';
import { ROOT } from './pages.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('unfold', () => {
  it('parts a long expression at its own alternatives only', () => {
    const long = `/etc/(?:${'a'.repeat(90)}|b(?:c|d)[|]|${'e'.repeat(90)})`;
    expect(unfold(long)).toEqual([`/etc/${'a'.repeat(90)}`, '/etc/b(?:c|d)[|]', `/etc/${'e'.repeat(90)}`]);
    expect(unfold('/var/log/.+')).toEqual(['/var/log/.+']);
  });

  it.each(['/etc/hosts', '/etc/nginx/nginx.conf', '/var/log/syslog', '/etc/shadow', '/home/x/notes', '/run/sshd.pid'])(
    'keeps what the readable roots accept: %s',
    (path) => {
      const accepts = (patterns: readonly string[]) =>
        patterns.some((pattern) => new RegExp(`^(?:${pattern})$`, 's').test(path));
      expect(accepts(READABLE_FILES.flatMap(unfold))).toBe(accepts(READABLE_FILES));
    },
  );
});

describe('the policy in the documentation', () => {
  it('names every rule and every command', () => {
    const page = read('docs/reference/policy.md');
    for (const rule of [...Object.keys(RULES), ...Object.keys(MOVE_RULES)]) expect(page).toContain(`| \`${rule}\` |`);
    for (const { name } of commandCatalogue) expect(page).toContain(`| \`${name}\` |`);
  });

  it('knows every rule with which the operator refuses a move', () => {
    const source = ['moves/judge-diagnose.ts', 'controllers/investigation/consult.ts']
      .map((file) => read(`operator/src/${file}`))
      .join('\n');
    const used = [...source.matchAll(/'((?:[a-z]+)\.(?:[a-z]+))'/g)].map(([, rule]) => rule!);
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(MOVE_RULES).toSorted());
  });

  it('shows in the safety guide the verdicts that the policy gives', () => {
    const guide = read('docs/guides/safety.md');
    const cases = [...guide.matchAll(/^\{"id": (\d+), .*\}$/gm)].map(([line]) => JSON.parse(line) as Case);
    const verdicts = [...guide.matchAll(/^\{"id":(\d+),"verdict":"(\w+)","rule":(?:null|"([\w-]+)")/gm)];
    expect(cases.length).toBeGreaterThan(5);
    const told = cases.map(({ id, kind, input }) => {
      if (!isCaseKind(kind)) throw new Error(`no kind ${kind}`);
      const verdict = checkCase(kind, input);
      return [String(id), verdict.verdict, isRefusal(verdict) ? verdict.rule : undefined];
    });
    expect(verdicts.map(([, id, verdict, rule]) => [id, verdict, rule])).toEqual(told);
  });
});

interface Case {
  id: number;
  kind: string;
  input: string;
}
