import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factLine, factsOf, numberOf, parseFact, textOf, withUnit } from './fact.ts';

describe('a fact', () => {
  it('is one line of key=value with units', () => {
    expect(factLine('disk', { name: 'vda', util: withUnit(99.123, '%'), queue: 3 })).toBe(
      'disk name=vda util=99.12% queue=3',
    );
  });

  it('comes back from its line with numbers and texts', () => {
    const [fact] = factsOf('# header\ndisk name=vda util=99.12%\nnoise name=x\n', 'disk');
    expect(fact && numberOf(fact, 'util')).toBe(99.12);
    expect(fact && textOf(fact, 'name')).toBe('vda');
    expect(fact && numberOf(fact, 'await')).toBeUndefined();
  });

  it('stays one line whatever the host says, and gives the text back', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 200 }), string({ maxLength: 40 }), (args, comm) => {
        const line = factLine('process', { pid: 7, comm, args });
        expect(line).not.toContain('\n');
        const fact = parseFact(line);
        expect(fact?.fields.get('pid')).toBe('7');
        // oxlint-disable-next-line no-control-regex -- the same removal as the writer's
        const cleaned = args.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/gu, ' ');
        expect(fact?.fields.get('args')).toBe(cleaned);
      }),
    );
  });

  it('cannot be forged by text that looks like a field', () => {
    const fact = parseFact(factLine('process', { pid: 7, comm: 'x cpu=100%', args: 'a" cpu=99% b="' }));
    expect(fact?.fields.has('cpu')).toBe(false);
  });

  it('is short enough to be quoted whole', () => {
    expect(factLine('kernel', { age: '1s', level: 'err', text: 'x'.repeat(5000) }).length).toBeLessThanOrEqual(700);
  });
});
