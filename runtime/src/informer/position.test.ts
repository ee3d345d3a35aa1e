import { describe, expect, it } from 'vitest';
import { Position } from './position.ts';

describe('Position', () => {
  it('resumes from the last list or bookmark, not from the last event', () => {
    const position = new Position();
    expect(position.resumeFrom).toBeUndefined();
    position.reached('10');
    position.saw('15');
    expect(position.resumeFrom).toBe('10');
    position.reached('20');
    expect(position.resumeFrom).toBe('20');
    position.lose();
    expect(position.resumeFrom).toBeUndefined();
  });

  it('accepts lists that are as new as the newest event, and refuses older ones', () => {
    const position = new Position();
    expect(position.accepts('10')).toBe(true);
    position.reached('10');
    position.saw('15');
    position.saw('12');
    expect(position.accepts('14')).toBe(false);
    expect(position.accepts('15')).toBe(true);
    expect(position.accepts('100')).toBe(true);
  });

  it('believes after five refusals in a row that the server was restored, and goes on from there', () => {
    const position = new Position();
    position.reached('1000');
    for (let tries = 0; tries < 5; tries++) expect(position.accepts('7')).toBe(false);
    expect(position.accepts('7')).toBe(true);
    position.reached('7');
    expect(position.accepts('8')).toBe(true);
  });

  it('counts refusals anew after a list that was accepted', () => {
    const position = new Position();
    position.reached('1000');
    for (let tries = 0; tries < 5; tries++) position.accepts('7');
    expect(position.accepts('1001')).toBe(true);
    expect(position.accepts('7')).toBe(false);
  });

  it('accepts versions that are no numbers', () => {
    const position = new Position();
    position.reached('b');
    expect(position.accepts('a')).toBe(true);
  });
});
