import { describe, expect, it } from 'vitest';
import { agentNameOf } from './local-agent.ts';

describe('agentNameOf', () => {
  it.each([
    ['web-1', 'web-1'],
    ['Web_1.example.com', 'web-1-example-com'],
    ['-edge-', 'edge'],
    ['', 'this-host'],
    ['___', 'this-host'],
    ['x'.repeat(80), 'x'.repeat(63)],
  ])('calls the host %j %s', (hostname, name) => {
    expect(agentNameOf(hostname)).toBe(name);
  });
});
