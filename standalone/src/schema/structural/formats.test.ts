import { describe, expect, it } from 'vitest';
import { matchesStringFormat } from './formats.ts';

describe('matchesStringFormat', () => {
  it.each([
    ['date-time', '2026-02-28T23:59:59.123456Z', true],
    ['date-time', '2026-02-30T00:00:00Z', false],
    ['date-time', '2026-02-28 10:00', false],
    ['date', '2024-02-29', true],
    ['date', '2023-02-29', false],
    ['duration', '1h30m', true],
    ['duration', 'an hour', false],
    ['byte', 'aGk=', true],
    ['byte', 'not base64!', false],
    ['uuid', '01890A5D-AC96-774B-BCCE-B302099A8057', true],
    ['uuid', '01890a5d', false],
    ['ipv4', '10.0.0.1', true],
    ['ipv4', '10.0.0.256', false],
    ['ipv6', 'fe80::1', true],
    ['cidr', '10.0.0.0/8', true],
    ['cidr', '10.0.0.0/33', false],
    ['uri', 'https://example.org/a?b', true],
    ['uri', 'example', false],
    ['email', 'a@b.org', true],
    ['email', 'nobody', false],
    ['hostname', 'a.example.org', true],
    ['hostname', '-a', false],
    ['unheard-of', 'anything', true],
  ])('%s of %s is %s', (format, text, expected) => {
    expect(matchesStringFormat(format, text)).toBe(expected);
  });
});
