import { describe, expect, it } from 'vitest';
import { hostText } from './host-text.ts';

describe('text of a host', () => {
  it('keeps the words of a command line apart and hides its secrets', () => {
    expect(hostText(Buffer.from('mysql\0-uroot\0-phunter22\0db\0'))).toBe('mysql -uroot -p[redacted] db ');
  });

  it('shows what is no UTF-8 as U+FFFD', () => {
    expect(hostText(Uint8Array.of(0x61, 0xff))).toBe('a\ufffd');
  });
});
