/** What we ship for the gateway agrees with what the operator reads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseMove } from '../../src/moves/parse-move.ts';
import { SHIPPED_CONFIG } from './gateway-process.ts';

interface Schema {
  properties: Record<string, Schema>;
  required: string[];
  items?: Schema;
  enum?: unknown[];
}

const read = (file: string) => readFileSync(join(SHIPPED_CONFIG, 'functions/investigate', file), 'utf8');
const schema = JSON.parse(read('output_schema.json')) as Schema;
const NOTHING = Object.fromEntries(Object.keys(schema.properties).map((field) => [field, null]));

describe('the output schema', () => {
  it('has the very fields that a move has', () => {
    const stranger = {
      ...NOTHING,
      kind: 'resolve',
      verdict: 'Inconclusive',
      plan: 'x',
      confidence: 'Low',
      stranger: 1,
    };
    const parsed = parseMove(stranger) as { problem: string };
    const allowed = /allowed are (.*)$/.exec(parsed.problem)?.[1]?.split(', ');
    expect(allowed?.toSorted()).toEqual(Object.keys(schema.properties).toSorted());
  });

  it('has the very fields that an action has', () => {
    const fields = Object.keys(schema.properties['actions']?.items?.properties ?? {});
    const parsed = parseMove({
      kind: 'diagnose',
      hypothesis: 'h',
      actions: [{ tool: 'run', argv: ['df'], stranger: 1 }],
    });
    const allowed = /allowed are (.*)$/.exec((parsed as { problem: string }).problem)?.[1]?.split(', ');
    expect(allowed?.toSorted()).toEqual(fields.toSorted());
  });

  it('asks for every field, as strict mode wants it', () => {
    expect(schema.required.toSorted()).toEqual(Object.keys(schema.properties).toSorted());
  });
});

describe('the prompts', () => {
  it('are the same, but that one spells out the form', () => {
    const strict = read('strict/system.minijinja');
    const plain = read('plain/system.minijinja');
    expect(plain.startsWith(strict)).toBe(true);
    for (const field of Object.keys(schema.properties)) expect(plain).toContain(`"${field}": `);
  });

  it('hold no variable, so that none can be missing', () => {
    expect(read('plain/system.minijinja')).not.toMatch(/\{\{|\{%/);
  });
});
