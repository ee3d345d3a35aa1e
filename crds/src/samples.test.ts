import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { API_VERSION } from './resources.ts';

const FOLDER = join(import.meta.dirname, '../samples');

describe.each(readdirSync(FOLDER))('sample %s', (file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const sample = load(text) as { apiVersion: string; kind: string; metadata: object; spec: object };

  it('is an object of our group with a comment that says what for', () => {
    expect(sample.apiVersion).toBe(API_VERSION);
    expect(['Agent', 'Investigation']).toContain(sample.kind);
    expect(text).toMatch(/^# \S/);
  });
});
