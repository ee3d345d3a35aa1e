import { expect, it } from 'vitest';
import { loadOperatorProcessConfig } from './process-config.ts';

it('elects a leader by default, with the times of client-go', () => {
  expect(loadOperatorProcessConfig({})).toMatchObject({
    NANNYAPI_OPERATOR_LEADER_ELECTION: true,
    NANNYAPI_OPERATOR_LEASE_NAME: 'nannyapi-operator',
    NANNYAPI_OPERATOR_LEASE_DURATION_SECONDS: 15,
    NANNYAPI_OPERATOR_RENEW_DEADLINE_SECONDS: 10,
    NANNYAPI_OPERATOR_RETRY_PERIOD_SECONDS: 2,
  });
});

it('names bad settings of the process and of the operator in one message', () => {
  expect(() =>
    loadOperatorProcessConfig({ NANNYAPI_OPERATOR_LEASE_NAME: 'No!', NANNYAPI_OPERATOR_WORKERS: 'many' }),
  ).toThrow(/NANNYAPI_OPERATOR_WORKERS.*NANNYAPI_OPERATOR_LEASE_NAME/);
});
