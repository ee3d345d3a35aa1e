import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { runPolicyCheck } from './policy-check.ts';

async function check(
  input: string | AsyncIterable<string>,
): Promise<{ status: number; lines: unknown[]; errors: string }> {
  const output = new PassThrough();
  const errors = new PassThrough();
  const printed = Promise.all([text(output), text(errors)]);
  const status = await runPolicyCheck({
    input: typeof input === 'string' ? Readable.from([input]) : input,
    output,
    errors,
  });
  output.end();
  errors.end();
  const [out, err] = await printed;
  const lines = out.split('\n').filter((line) => line !== '');
  return { status, lines: lines.map((line) => JSON.parse(line) as unknown), errors: err };
}

describe('nanny policy check', () => {
  it('judges a case a line and ignores blank lines and other fields', async () => {
    const { status, lines } = await check(
      '{"id":"a","kind":"cmd","input":"uptime","verdict":"accept"}\n\n{"id":"b","kind":"json","input":"{}","why":"empty"}\r\n{"id":"c","kind":"bpftrace-argv","input":"bpftrace -l"}',
    );
    expect(status).toBe(0);
    expect(lines).toEqual([
      { id: 'a', verdict: 'accept', rule: null, message: 'accepted' },
      { id: 'b', verdict: 'refuse', rule: 'call-shape', message: expect.stringContaining('call-shape: ') as string },
      { id: 'c', verdict: 'refuse', rule: 'trace-argv', message: expect.stringContaining('trace-argv: ') as string },
    ]);
  });

  it.each([
    '{',
    '[]',
    '{"id":"x","kind":"shell","input":"ls"}',
    '{"id":"x","kind":"cmd"}',
    '{"kind":"cmd","input":"ls"}',
    '{"id":"x","kind":"cmd","input":["ls"]}',
  ])('stops at the malformed line %s with its number, after the lines before it', async (bad) => {
    const { status, lines, errors } = await check(
      `{"id":"a","kind":"cmd","input":"uptime"}\n${bad}\n{"id":"b","kind":"cmd","input":"uptime"}\n`,
    );
    expect(status).toBe(2);
    expect(lines).toMatchObject([{ id: 'a' }]);
    expect(errors).toMatch(/^line 2: /);
  });

  it('tells when the input cannot be read', async () => {
    const { status, errors } = await check(
      new Readable({
        read() {
          this.destroy(new Error('no such file'));
        },
      }),
    );
    expect(status).toBe(2);
    expect(errors).toContain('no such file');
  });
});
