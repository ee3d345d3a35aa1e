import { execFileSync } from 'node:child_process';
import { execPath } from 'node:process';
import { describe, expect, it } from 'vitest';
import { THRESHOLDS } from './defer-optimization.ts';

describe('the thresholds of V8', () => {
  it('are flags of the Node that is shipped', () => {
    const known = execFileSync(execPath, ['--v8-options'], { encoding: 'utf8' });
    for (const threshold of THRESHOLDS) expect(known).toContain(`${threshold.split('=', 1)[0]} (`);
  });
});
