import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactSecrets } from './redact.ts';

describe('secrets in what a host says', () => {
  it.each([
    ['Authorization: Bearer abcdefghijklmnop', 'abcdefghijklmnop'],
    ['curl -H "authorization: bearer xyzXYZ0123456789"', 'xyzXYZ0123456789'],
    ['postgres://app:hunter2secret@db:5432/x', 'hunter2secret'],
    ['aws key AKIAIOSFODNN7EXAMPLE in use', 'AKIAIOSFODNN7EXAMPLE'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N', 'eyJhbGciOiJIUzI1NiJ9'],
    ['DB_PASSWORD=correcthorse next', 'correcthorse'],
    ['password: "battery staple"', 'battery staple'],
    ['{"api_key": "k-123456"}', 'k-123456'],
    ['mysqld --password hunter22 --port 3306', 'hunter22'],
    ['mysqld --password=hunter22 --port 3306', 'hunter22'],
    ['ghp_0123456789abcdefghijABCDEFGHIJ012345', 'ghp_0123456789'],
    ['root:$6$saltsalt$abcdefghijklmnopqrstuvwxyz./0123:19000:0', '$6$saltsalt$abc'],
    ['Set-Cookie: session=abc123; Path=/', 'abc123'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----\nrest', 'MIIEow'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk cut off here', 'b3BlbnNzaC1rZXk'],
  ])('are removed from %j', (text, secret) => {
    expect(redactSecrets(text)).not.toContain(secret);
    expect(redactSecrets(text)).toContain('[redacted]');
  });

  it('leave the words around them', () => {
    expect(redactSecrets('mysqld --password=hunter22 --port 3306')).toBe('mysqld --password=[redacted] --port 3306');
    expect(redactSecrets('https://u:secretpw@host/path?x=1')).toBe('https://u:[redacted]@host/path?x=1');
  });

  it.each([
    'cpu  10132153 290696 3084719 46828483 16683 0 25195 0 175628 0',
    'Filesystem      Size  Used Avail Use% Mounted on\n/dev/vda         30G  9.1G   20G  32% /',
    'LISTEN 0 511 127.0.0.1:43097 0.0.0.0:* users:(("node",pid=123,fd=19))',
    '@[4096, 8191] 12\n@[8192, 16383] 0',
    'Failed password for root from 10.0.0.7 port 50022 ssh2',
    'http://127.0.0.1:8080/healthz',
  ])('are not seen in %j', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  it('are not seen in what was redacted before', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^((password|token|Bearer |https:\/\/a:|key)[=: "@a-z0-9]{0,12}){0,5}$/),
        (text) => {
          const once = redactSecrets(text);
          expect(redactSecrets(once)).toBe(once);
        },
      ),
    );
  });

  it('are found in linear time, whatever the text', () => {
    fc.assert(
      fc.property(fc.constantFrom('a', 'password', '://', ':', '-----BEGIN ', 'eyJ', '"', ' ', '='), (piece) => {
        expect(redactSecrets(piece.repeat(20_000)).length).toBeGreaterThan(0);
      }),
    );
  });
});
