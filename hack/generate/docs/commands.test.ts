import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { USAGE } from '../../../agent-daemonset/src/config.ts';
import { quickstart } from '../../../cli/src/quickstart.ts';
import type { VerbTable } from '../../../cli/src/verb.ts';
import { VERBS } from '../../../cli/src/verbs.ts';
import { codeOf, readPages, ROOT } from './pages.ts';

/** The help of each verb and of those below it. */
const HELP: Record<string, string> = Object.fromEntries(
  await Promise.all(Object.keys(VERBS).map(async (name) => [name, await helpOf(name, VERBS)] as const)),
);
const NPM_SCRIPTS = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts,
);

async function helpOf(name: string, table: VerbTable): Promise<string> {
  const verb = await table[name]?.load();
  const below = Object.keys(verb?.verbs ?? {}).map((word) => helpOf(word, verb?.verbs ?? {}));
  return [verb?.help ?? '', ...(await Promise.all(below))].join('');
}

/** What is wrong with the commands of ours in one line of code. */
function faultsOf(line: string): string[] {
  const found = [...line.matchAll(/(?:^|[\s(/])(nanny|nanny-agent|npm run) ([a-z][a-z-]*)([^|]*)/g)];
  const faults = found.flatMap(([, program = '', verb = '', rest = '']) => {
    if (program === 'npm run') return NPM_SCRIPTS.includes(verb) ? [] : [`no script ${verb}`];
    const help =
      program === 'nanny' ? HELP[verb] : new RegExp(`nanny-agent ${verb}\\b`).test(USAGE) ? USAGE : undefined;
    return help === undefined ? [`no verb ${verb} of ${program}`] : unknownFlags(rest, help);
  });
  const files = [...line.matchAll(/(?:^|[\s(])((?:hack|cli\/bin|agent-daemonset\/bin)\/[\w./-]*\w)([^|]*)/g)];
  return [
    ...faults,
    ...files.flatMap(([, file = '', rest = '']) => {
      if (!existsSync(join(ROOT, file))) return [`no file ${file}`];
      return file === 'hack/quickstart' ? unknownFlags(rest, quickstart.help) : [];
    }),
  ];
}

function unknownFlags(text: string, help: string): string[] {
  const flags = [...text.matchAll(/(?<=^|\s)--[a-z][a-z-]*/g)].map(([flag]) => flag);
  return flags.filter((flag) => !help.includes(flag)).map((flag) => `no flag ${flag}`);
}

const LINES = readPages()
  .filter(({ path }) => !path.startsWith('docs/adr/') && path !== 'docs/roadmap.md')
  .flatMap(({ path, text }) => codeOf(text).map((line) => ({ path, line })));

describe('commands in the documentation', () => {
  it('exist, with every flag that is named', () => {
    const faults = LINES.flatMap(({ path, line }) => faultsOf(line).map((fault) => `${path}: ${fault} in: ${line}`));
    expect(faults).toEqual([]);
  });

  it('are found: a page about no command would prove nothing', () => {
    const named = LINES.filter(({ line }) => /nanny (?:standalone|quickstart|policy)|nanny-agent probe/.test(line));
    expect(named.length).toBeGreaterThan(20);
  });

  it.each([
    ['cli/bin/nanny standalone --daata x', 'no flag --daata'],
    ['$ nanny explain', 'no verb explain of nanny'],
    ['nanny-agent enrol', 'no verb enrol of nanny-agent'],
    ['hack/quickstart --now', 'no flag --now'],
    ['hack/instal', 'no file hack/instal'],
    ['npm run verfy', 'no script verfy'],
  ])('are refused when they are wrong: %s', (line, fault) => {
    expect(faultsOf(line)).toContain(fault);
  });

  it('name only variables that some program reads', () => {
    const known = readFileSync(join(ROOT, 'docs/reference/configuration.md'), 'utf8');
    const named = LINES.flatMap(({ path, line }) =>
      [...line.matchAll(/NANNYAPI_[A-Z_]*[A-Z]/g)].map(([name]) => ({ path, name })),
    );
    expect(named.filter(({ name }) => !known.includes(`### \`${name}\``))).toEqual([]);
    expect(named.length).toBeGreaterThan(10);
  });
});
