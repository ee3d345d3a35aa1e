import { API_PROCESS_ERRORS, FACADE_ERROR_CODES } from '@nannyapi/api';
import { OPERATOR_PROCESS_ERRORS } from '@nannyapi/operator';
import { ERROR_CODES } from '@nannyapi/protocol';
import { BACKUP_ERRORS, STANDALONE_ERRORS } from '@nannyapi/standalone';
import { FACADE_CLIENT_ERRORS } from '../../../cli/src/facade/facade-error.ts';
import { MOVE_ERRORS } from '../../../cli/src/move/move-error.ts';
import {
  API_PROCESS_REMEDIES,
  BACKUP_REMEDIES,
  FACADE_CLIENT_REMEDIES,
  FACADE_REMEDIES,
  MOVE_REMEDIES,
  OPERATOR_PROCESS_REMEDIES,
  STANDALONE_REMEDIES,
} from './error-remedies.ts';
import { block, code, generatedBy, page, table } from './markdown.ts';

/** `docs/reference/errors.md`: every code of the tables, with its cause and what to do. */
export function renderErrors(): string {
  return page(
    generatedBy('the tables of error codes'),
    '# Error codes',
    'Branch on the code, never on the text. A code keeps its name and its meaning for good.',
    '## HTTP API',
    'Every answer of 400 and above is `application/problem+json` (RFC 9457):',
    block(
      JSON.stringify(
        {
          type: 'urn:nannyapi:error:AlreadyExists',
          title: FACADE_ERROR_CODES.AlreadyExists.title,
          status: FACADE_ERROR_CODES.AlreadyExists.status,
          detail: 'investigations.nannyai.dev "slow" already exists',
          code: 'AlreadyExists',
          requestId: 'b10c9275-b11a-4831-b191-a11b6e254524',
        },
        undefined,
        2,
      ),
      'json',
    ),
    '`detail` is for people and differs from case to case. Of a 5xx it says nothing of the cause; the log does, under `requestId`, which is also the header `X-Request-Id`.',
    '### Codes that people and agents meet',
    facadeTable((name) => name in ERROR_CODES),
    '### Codes that only people meet',
    facadeTable((name) => !(name in ERROR_CODES)),
    '## Start of the control plane',
    '`nanny standalone` and `nanny quickstart` print one line on standard error, with the code in brackets, and exit with status 1. Nothing is left running.',
    table(
      ['Code', 'Cause', 'What to do'],
      Object.entries(STANDALONE_ERRORS).map(([name, cause]) => [
        code(name),
        cause,
        STANDALONE_REMEDIES[name as keyof typeof STANDALONE_ERRORS],
      ]),
    ),
    '`InvalidConfig`: one or more variables of the environment have a value that is not allowed. The line names every one and what is allowed; see [configuration](configuration.md).',
    '## Backup and restore',
    '`nanny standalone backup` and `nanny standalone restore` print one line with the code in brackets. A code that is not in this table is of the start of the control plane, above.',
    table(
      ['Code', 'Cause', 'What to do'],
      Object.entries(BACKUP_ERRORS).map(([name, cause]) => [
        code(name),
        cause,
        BACKUP_REMEDIES[name as keyof typeof BACKUP_ERRORS],
      ]),
    ),
    '## Export and import',
    '`nanny standalone export` and `nanny import` print one line with the code in brackets. A code that is not in this table is of the start of the control plane, above, or of Kubernetes (`Forbidden`, `ConnectionFailed`, …).',
    table(
      ['Code', 'Cause', 'What to do'],
      Object.entries(MOVE_ERRORS).map(([name, cause]) => [
        code(name),
        cause,
        MOVE_REMEDIES[name as keyof typeof MOVE_ERRORS],
      ]),
    ),
    '## Command line of people',
    '`nanny login` and the verbs that need it, and `nanny standalone login-link`, print one line with the code in brackets. A code that is not in this table is of the HTTP API, above, or of OAuth (`access_denied`, `expired_token`).',
    table(
      ['Code', 'Cause', 'What to do'],
      Object.entries(FACADE_CLIENT_ERRORS).map(([name, cause]) => [
        code(name),
        cause,
        FACADE_CLIENT_REMEDIES[name as keyof typeof FACADE_CLIENT_ERRORS],
      ]),
    ),
    '## Operator of its own',
    'The operator as it runs in a cluster prints one line on standard error, with the code in brackets, and exits with status 1; Kubernetes starts it anew. `NotLeading` in its log is a write that it refused to send because it did not hold the lease.',
    table(
      ['Code', 'Cause', 'What to do'],
      Object.entries(OPERATOR_PROCESS_ERRORS).map(([name, cause]) => [
        code(name),
        cause,
        OPERATOR_PROCESS_REMEDIES[name as keyof typeof OPERATOR_PROCESS_ERRORS],
      ]),
    ),
    '## Facade of its own',
    'The HTTP API as it runs in a cluster prints one line on standard error, with the code in brackets, and exits with status 1; Kubernetes starts it anew.',
    table(
      ['Code', 'Cause', 'What to do'],
      Object.entries(API_PROCESS_ERRORS).map(([name, cause]) => [
        code(name),
        cause,
        API_PROCESS_REMEDIES[name as keyof typeof API_PROCESS_ERRORS],
      ]),
    ),
    '## Exit statuses of `nanny`',
    table(
      ['Status', 'Meaning'],
      [
        ['0', 'Done. `quickstart --once`, `investigate`: a root cause was found, or no fault was found.'],
        ['1', 'Failed; the reason is on standard error.'],
        [
          '2',
          'The command line is wrong: an unknown verb or flag, or a value that is not allowed. `policy check`: a malformed line, which is named.',
        ],
        [
          '3',
          '`quickstart --once`, `investigate`: the investigation stayed inconclusive. `import`: something in the cluster differs and was left as it is.',
        ],
      ],
    ),
    '## Kubernetes API',
    'The embedded API server answers with `Status` objects and the reasons of Kubernetes (`NotFound`, `Invalid`, `Conflict`, …), as kube-apiserver does.',
  );
}

function facadeTable(isIn: (name: string) => boolean): string {
  const rows = Object.entries(FACADE_ERROR_CODES).filter(([name]) => isIn(name));
  return table(
    ['Code', 'Status', 'Title', 'What to do'],
    rows.map(([name, { status, title }]) => [
      code(name),
      String(status),
      title,
      FACADE_REMEDIES[name as keyof typeof FACADE_ERROR_CODES],
    ]),
  );
}
