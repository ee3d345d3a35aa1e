import { expect, it } from 'vitest';
import { loadOperatorConfig } from './config.ts';

it('needs no setting at all: then the playbook diagnoses', () => {
  expect(loadOperatorConfig({})).toMatchObject({ NANNYAPI_NAMESPACE: 'default', NANNYAPI_TENSORZERO_URL: undefined });
});

it('names every bad setting at once', () => {
  expect(() => loadOperatorConfig({ NANNYAPI_TENSORZERO_URL: 'gateway:3000', NANNYAPI_OPERATOR_WORKERS: '0' })).toThrow(
    /NANNYAPI_TENSORZERO_URL must be a URL.*NANNYAPI_OPERATOR_WORKERS must be an integer from 1 to 256/,
  );
});
