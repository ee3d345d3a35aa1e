import { execFileSync } from 'node:child_process';
import { execPath } from 'node:process';
import { describe, expect, it } from 'vitest';
import { OPTIMIZERS, withoutOptimizing } from './without-optimizing.ts';

describe('withoutOptimizing', () => {
  it('sets back what is on by default in the Node that is shipped', () => {
    const defaults = execFileSync(execPath, ['--v8-options'], { encoding: 'utf8' });
    for (const name of OPTIMIZERS) expect(defaults).toMatch(new RegExp(`type: bool +default: --${name}$`, 'm'));
  });

  it('hands on what the work leads to, and leaves other releases of Node alone', async () => {
    await expect(withoutOptimizing(async () => 'ready', '24.21.0')).resolves.toBe('ready');
    await expect(withoutOptimizing(async () => await Promise.reject(new Error('no')), '24.21.0')).rejects.toThrow('no');
    await expect(withoutOptimizing(async () => 'ready', '22.19.0')).resolves.toBe('ready');
  });
});
