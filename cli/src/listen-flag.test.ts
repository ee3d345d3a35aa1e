import { describe, expect, it } from 'vitest';
import { readListen } from './listen-flag.ts';

describe('--listen', () => {
  it.each([
    ['192.0.2.7', [{ host: '192.0.2.7' }]],
    ['0.0.0.0', [{ host: '0.0.0.0' }]],
    ['192.0.2.7:443', [{ host: '192.0.2.7', port: 443 }]],
    ['2001:db8::7', [{ host: '2001:db8::7' }]],
    ['[2001:db8::7]', [{ host: '2001:db8::7' }]],
    ['[2001:db8::7]:443', [{ host: '2001:db8::7', port: 443 }]],
    ['::, 192.0.2.7:8443', [{ host: '::' }, { host: '192.0.2.7', port: 8443 }]],
  ])('reads %s', (text, addresses) => {
    expect(readListen(text)).toEqual(addresses);
  });

  it.each(['', 'example.com', '192.0.2', '[192.0.2.7]:443', '192.0.2.7:', '192.0.2.7:99999', ':443', 'a,192.0.2.7'])(
    'refuses %j',
    (text) => {
      expect(() => readListen(text)).toThrow(/--listen/);
    },
  );
});
