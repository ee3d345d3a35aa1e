import { describe, expect, it } from 'vitest';
import { readInvocation } from './invocation.ts';

const needed = ['--url', 'https://127.0.0.1:8443', '--token-file', '/t'];

describe('the command line', () => {
  it('takes flags before variables, and variables before defaults', () => {
    const env = { NANNYAPI_AGENT_URL: 'https://elsewhere', NANNYAPI_AGENT_STATE_DIR: '/from/env' };
    const invocation = readInvocation(['run', ...needed], env);
    expect(invocation).toMatchObject({
      verb: 'run',
      config: { tokenFile: '/t', stateDir: '/from/env', logLevel: 'info', sandboxAtMost: 'Full', exitWithStdin: false },
    });
    expect(invocation.verb === 'run' && invocation.config.url?.href).toBe('https://127.0.0.1:8443/');
  });

  it('reports all that is wrong at once, and says what is allowed', () => {
    expect(() => readInvocation(['run', '--url', 'http://plain', '--log-level', 'loud'], {})).toThrow(
      expect.objectContaining({
        code: 'InvalidConfig',
        message: expect.stringMatching(/_URL must be .*https:.*LOG_LEVEL must be one of/),
      }),
    );
  });

  it('does not guess at verbs and flags', () => {
    expect(() => readInvocation(['start'], {})).toThrow(expect.objectContaining({ code: 'Usage' }));
    expect(() => readInvocation(['run', '--bogus'], {})).toThrow(expect.objectContaining({ code: 'Usage' }));
    expect(() => readInvocation(['run', 'now'], {})).toThrow(expect.objectContaining({ code: 'Usage' }));
    expect(readInvocation(['--help'], {})).toEqual({ verb: 'help' });
    expect(readInvocation(['probe'], {})).toMatchObject({ verb: 'probe' });
  });
});
