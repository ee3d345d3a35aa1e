import { describe, expect, it } from 'vitest';
import { splitWords } from './words.ts';

describe('splitWords', () => {
  it.each([
    ['ss -s', ['ss', '-s']],
    ['  ss   -s  ', ['ss', '-s']],
    ['journalctl --since "1 hour ago" -n 10', ['journalctl', '--since', '1 hour ago', '-n', '10']],
    ["grep -E 'oom|segfault' /var/log/kern.log", ['grep', '-E', 'oom|segfault', '/var/log/kern.log']],
    ['journalctl --since="2 hours ago"', ['journalctl', '--since=2 hours ago']],
    [`date "+%H:%M"`, ['date', '+%H:%M']],
  ])('splits %s', (line, words) => {
    expect(splitWords(line)).toEqual({ verdict: 'accept', words });
  });

  it.each(Array.from(';&|<>$(){}*?[]!#~`\\'))('refuses a bare %s', (character) => {
    expect(splitWords(`ls /tmp${character}`)).toMatchObject({ verdict: 'refuse', rule: 'no-shell' });
    expect(splitWords(`ls ${character}`)).toMatchObject({ verdict: 'refuse', rule: 'no-shell' });
  });

  it.each(['$b', '`b', '!b', '\\\\b', '\\$b', '\\`', '$(b)', '${b}', '$1', '\\'])(
    'refuses %s between double quotes, where it stays active',
    (text) => {
      expect(splitWords(`ls "a${text}"`)).toMatchObject({ verdict: 'refuse', rule: 'no-shell' });
    },
  );

  it.each(['a\\.b', 'a\\|b', '%s %p\\n', '^(#|$)', 'error$'])(
    'takes %s between double quotes, where it stands for itself',
    (text) => {
      expect(splitWords(`grep "${text}" /etc/hosts`)).toEqual({
        verdict: 'accept',
        words: ['grep', text, '/etc/hosts'],
      });
    },
  );

  it.each(['\t', '\u0000', '\u00a0', '\u200b', '\u0430'])('refuses the character %j', (character) => {
    expect(splitWords(`ls ${character}`)).toMatchObject({ verdict: 'refuse', rule: 'plain-ascii' });
  });

  it('refuses assignments, quoted verbs and quotes inside words', () => {
    for (const line of ['A=1 ls', "'ls' /", 'l"s" /', 'ls /a"b"', 'ls "a"b', 'ls "a', 'ls "a""b"']) {
      expect(splitWords(line)).toMatchObject({ verdict: 'refuse', rule: 'no-shell' });
    }
  });
});
