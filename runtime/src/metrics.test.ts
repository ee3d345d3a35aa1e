import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { counter, gauge, histogram, sampledGauge } from './metrics.ts';

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

  it('samples a gauge when somebody looks, and no longer when its source is gone', async () => {
    const registry = new Registry();
    const configuration = { name: 'nannyapi_test_age_seconds', help: 'Test.', labelNames: ['of'] as const };
    const age = sampledGauge(registry, configuration);
    expect(sampledGauge(registry, configuration)).toBe(age);
    let seconds = 1;
    const stop = age.sample({ of: 'a' }, () => seconds);
    age.sample({ of: 'b' }, () => 10);
    seconds = 2;
    expect(await registry.metrics()).toContain('nannyapi_test_age_seconds{of="a"} 2');
    stop();
    const text = await registry.metrics();
    expect(text).not.toContain('of="a"');
    expect(text).toContain('nannyapi_test_age_seconds{of="b"} 10');
  });
});
