import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { counter, gauge, histogram } from './metrics.ts';

describe('metrics', () => {
  it('gives the metric that the registry has already', () => {
    const registry = new Registry();
    const configuration = { name: 'nannyapi_test_total', help: 'Test.' };
    expect(counter(registry, configuration)).toBe(counter(registry, configuration));
    const size = { name: 'nannyapi_test_size', help: 'Test.' };
    expect(gauge(registry, size)).toBe(gauge(registry, size));
    const duration = { name: 'nannyapi_test_seconds', help: 'Test.' };
    expect(histogram(registry, duration)).toBe(histogram(registry, duration));
  });

  it('keeps registries apart', () => {
    const configuration = { name: 'nannyapi_test_total', help: 'Test.' };
    expect(counter(new Registry(), configuration)).not.toBe(counter(new Registry(), configuration));
  });
});
