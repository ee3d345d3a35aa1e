import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentCondition, AgentTaskCondition, InvestigationCondition } from '@nannyapi/crds';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.ts';

const SOURCE = readFileSync(join(ROOT, 'crds/src/conditions.ts'), 'utf8');

/** The page of a kind up to its generated part. */
function pageOf(kind: string): string {
  return readFileSync(join(ROOT, `docs/crds/${kind}.md`), 'utf8').split('## Fields')[0] ?? '';
}

/** The reasons in the table below a heading of level four. */
function reasonsBelow(page: string, heading: string): string[] {
  const section = page.split(`#### ${heading}\n`)[1]?.split(/^#{2,4} /m)[0] ?? '';
  return [...section.matchAll(/^\| (?:True|False|Unknown) \| `(\w+)` \|/gm)].map(([, reason = '']) => reason);
}

/** Words in backquotes in the doc comment of a condition. */
function reasonsInComment(condition: string): string[] {
  const comment = new RegExp(`/\\*\\*([^/]*)\\*/\\s+${condition}:`).exec(SOURCE)?.[1] ?? '';
  return [...comment.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
}

describe('conditions in docs/crds', () => {
  it('tell the reasons of Succeeded of an Investigation, all of them and no others', () => {
    const union = /type InvestigationReason =([^;]*);/.exec(SOURCE)?.[1] ?? '';
    const reasons = [...union.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason);
    expect(reasons.length).toBeGreaterThan(5);
    expect(reasonsBelow(pageOf('investigation'), '`Diagnosed` and `Succeeded`').toSorted()).toEqual(reasons.toSorted());
  });

  it.each([
    ['investigation', InvestigationCondition],
    ['agent', AgentCondition],
  ] as const)('tell every condition of the page of %s', (kind, conditions) => {
    const titles = [...pageOf(kind).matchAll(/^#### (.+)$/gm)].flatMap(([, title = '']) => title.split(' and '));
    expect(titles.toSorted()).toEqual(
      Object.values(conditions)
        .map((type) => `\`${type}\``)
        .toSorted(),
    );
  });

  it.each([
    ['investigation', 'Accepted'],
    ['agent', 'Ready'],
  ])('tell on the page of %s what the code says of %s', (kind, condition) => {
    const inCode = reasonsInComment(condition);
    expect(inCode.length).toBeGreaterThan(1);
    expect(reasonsBelow(pageOf(kind), `\`${condition}\``)).toEqual(expect.arrayContaining(inCode));
  });

  it('tell the outcomes of a task', () => {
    const page = pageOf('agenttask');
    const told = [...page.matchAll(/^\| `(\w+)` \| [^|]*\S[^|]* \|/gm)].map(([, outcome = '']) => outcome);
    const crd = load(readFileSync(join(ROOT, 'crds/v1alpha1/agenttasks.yaml'), 'utf8')) as TaskCrd;
    const status = crd.spec.versions[0]?.schema.openAPIV3Schema.properties.status.properties;
    expect(told).toEqual(expect.arrayContaining(status?.outcome.enum ?? ['missing']));
    expect(page).toContain(`\`${AgentTaskCondition.Succeeded}\` is the summary`);
  });
});

interface TaskCrd {
  spec: {
    versions: {
      schema: { openAPIV3Schema: { properties: { status: { properties: { outcome: { enum: string[] } } } } } };
    }[];
  };
}
