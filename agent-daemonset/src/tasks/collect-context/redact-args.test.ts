import { describe, expect, it } from 'vitest';
import { redactArgs } from './redact-args.ts';

describe('the redaction of command lines', () => {
  it.each([
    ['app --password=hunter2 --port 80', 'app --password=*** --port 80'],
    ['app --api-key hunter2 -v', 'app --api-key *** -v'],
    ['env DB_PASSWORD=hunter2 app', 'env DB_PASSWORD=*** app'],
    ['app {"client_secret": "hunter 2", "port": 1}', 'app {"client_secret": ***, "port": 1}'],
    ['psql postgres://bob:hunter2@db/app', 'psql postgres://bob:***@db/app'],
    ['curl -u bob:hunter2 x', 'curl -u bob:*** x'],
    ['curl -H "Authorization: Bearer abc.def.ghi" x', 'curl -H "Authorization: *** x'],
    ['app eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9eyJzdWIiOiIxMjM0', 'app ***'],
  ])('of %j is %j', (args, expected) => {
    const redacted = redactArgs(args, 160);
    expect(redacted).not.toMatch(/hunter|abc\.def|eyJ/u);
    expect(redacted).toBe(expected);
  });

  it('leaves ordinary command lines alone', () => {
    const args = 'dd if=/dev/zero of=/srv/data/file bs=1M oflag=direct count=1000';
    expect(redactArgs(args, 160)).toBe(args);
  });

  it('cuts what is long', () => {
    expect(redactArgs('word '.repeat(100), 20)).toHaveLength(23);
  });
});
