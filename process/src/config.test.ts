import { describe, expect, expectTypeOf, it } from 'vitest';
import type { CodedError } from './coded-error.ts';
import { loadConfig, type ConfigSchema } from './config.ts';

const schema = {
  PORT: { type: 'integer', description: 'Port', min: 0, max: 65_535, default: 6443 },
  HOST: { type: 'string', description: 'Host', maxLength: 10, pattern: /^[a-z.]+$/ },
  DEBUG: { type: 'boolean', description: 'Debug', default: false },
  GATEWAY: { type: 'url', description: 'Gateway', optional: true },
  LEVEL: { type: 'choice', description: 'Level', choices: ['info', 'warn'], default: 'info' },
} as const satisfies ConfigSchema;

function failure(env: Record<string, string>): CodedError {
  try {
    loadConfig(schema, env);
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('It was accepted');
}

describe('loadConfig', () => {
  it('reads values, fills defaults and leaves optional settings undefined', () => {
    const config = loadConfig(schema, { HOST: 'local', PORT: '0', DEBUG: 'true', LEVEL: '' });
    expect(config).toEqual({ PORT: 0, HOST: 'local', DEBUG: true, GATEWAY: undefined, LEVEL: 'info' });
    expectTypeOf(config.LEVEL).toEqualTypeOf<'info' | 'warn'>();
    expectTypeOf(config.GATEWAY).toEqualTypeOf<string | undefined>();
    expectTypeOf(config.PORT).toEqualTypeOf<number>();
  });

  it('reports all problems at once, each with what is allowed, and repeats no value', () => {
    const error = failure({ PORT: '70000', HOST: 'S3CRET', DEBUG: 'yes', GATEWAY: 'ftp://x', LEVEL: 'loud' });
    expect(error.code).toBe('InvalidConfig');
    expect(error.details).toEqual([
      { field: 'PORT', message: 'must be an integer from 0 to 65535' },
      { field: 'HOST', message: 'must be a string of 1 to 10 characters matching ^[a-z.]+$' },
      { field: 'DEBUG', message: 'must be true or false' },
      { field: 'GATEWAY', message: 'must be a URL that starts with https:// or http://' },
      { field: 'LEVEL', message: 'must be one of info, warn' },
    ]);
    expect(error.message).not.toContain('S3CRET');
  });

  it('names a required setting that is missing', () => {
    expect(failure({}).details).toEqual([
      { field: 'HOST', message: expect.stringContaining('is required: a string of 1 to 10 characters') },
    ]);
  });

  it.each(['1e3', '0x10', ' 5', '5.0', '-1', '9999999999999999999'])('takes %j for no port', (text) => {
    expect(failure({ HOST: 'a', PORT: text }).details).toHaveLength(1);
  });
});
