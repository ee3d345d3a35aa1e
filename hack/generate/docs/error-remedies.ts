import type { API_PROCESS_ERRORS, FACADE_ERROR_CODES } from '@nannyapi/api';
import type { OPERATOR_PROCESS_ERRORS } from '@nannyapi/operator';
import type { BACKUP_ERRORS, STANDALONE_ERRORS } from '@nannyapi/standalone';
import type { FACADE_CLIENT_ERRORS } from '../../../cli/src/facade/facade-error.ts';
import type { MOVE_ERRORS } from '../../../cli/src/move/move-error.ts';

/** What a caller of the HTTP API does about each code. The type makes a code without a remedy an error. */
export const FACADE_REMEDIES: Record<keyof typeof FACADE_ERROR_CODES, string> = {
  BadRequest: 'The body is no JSON, or a value cannot be decoded. Correct the request; do not repeat it.',
  ValidationFailed: '`errors` names each field and what is allowed. Correct the request; do not repeat it.',
  Unauthenticated: 'Send `Authorization: Bearer <token>` with a token that is still valid.',
  Forbidden: 'People use `/api/v1`, agents use `/agent/v1`. A revoked agent gets this answer on every call.',
  NotFound: 'Check namespace and name. For a path, see [the API reference](api.md).',
  AlreadyExists: 'Choose another `name`, or leave it out: then one is made up.',
  Conflict: 'Read the object again and repeat the change.',
  TaskNotFound: 'The task is gone or belongs to another agent. The agent drops it.',
  TaskClaimedElsewhere: 'The agent has another journal than at the claim: its state folder was lost or copied.',
  TaskEnded: 'The task has a result already. The agent drops its own.',
  TaskCancelled: 'The agent does not start the task.',
  TaskExpired: 'The time in `spec.notAfterTime` is over. The agent does not start the task.',
  OutputTooLarge: 'The room in `spec.maxOutputBytes` of the task is used up. The agent marks the output truncated.',
  BodyTooLarge: 'Send less: the limits of bodies are in [the API reference](api.md).',
  UnsupportedMediaType: 'Send `application/json`; output chunks are `application/gzip`.',
  TooManyRequests: 'Wait for `Retry-After` seconds.',
  Internal: 'Look for `requestId` in the log of the control plane; the detail is there and not in the answer.',
  Unavailable: 'Wait for `Retry-After` seconds and repeat. After a start the caches fill first.',
  MethodNotAllowed: 'The header `Allow` lists the methods of this path.',
  ContinueExpired: 'List again without `continue`.',
  RangeNotSatisfiable: 'The header `Content-Range` tells the size in bytes.',
};

/** What a person does when the control plane does not start. */
export const STANDALONE_REMEDIES: Record<keyof typeof STANDALONE_ERRORS, string> = {
  AddressUnusable: 'Give one that `ip address` shows, or 0.0.0.0 for all.',
  DataFolderInUse: 'End the process that the message names, or give another `--data`.',
  DataFolderUnusable: 'Check owner, mode and room of the folder.',
  PortInUse: 'Give another `--port` or `--facade-port`; 0 takes any free one.',
  StoreCorrupt: 'Restore a backup: `nanny standalone restore`. To start empty, give another `--data`.',
  StoreIncomplete:
    'Restore a backup: `nanny standalone restore`. To go on without the missing writes, remove the file that the message names.',
  StoreNewerVersion: 'Start the release that wrote the folder, or a newer one.',
  StoreUnavailable: 'The message tells what the database said.',
  CertificateUnreadable: 'Restore the file from a backup.',
  TokensUnreadable: 'Restore `api-server/tokens.json` from a backup.',
  AccountKeyUnreadable:
    'Restore the file that the message names from a backup. Without one move it away: a new key is made, and the tokens of ServiceAccounts end.',
};

/** What to do about a code with which a verb for people ends. */
export const FACADE_CLIENT_REMEDIES: Record<keyof typeof FACADE_CLIENT_ERRORS, string> = {
  NotLoggedIn: '`nanny login --url URL`.',
  CredentialsUnreadable: 'Remove the file that the message names, and log in again.',
  FacadeUnreachable:
    'See that the control plane runs and that the address is right; name its authority if it is one of its own.',
  AuthorityDiffers:
    'Compare with the fingerprint that the control plane prints at its start. If that differs, somebody is in between.',
  NoControlPlane: 'Give the folder that `nanny standalone --data` was given.',
};

/** What a person does when an export or an import ends before its first object. */
export const MOVE_REMEDIES: Record<keyof typeof MOVE_ERRORS, string> = {
  NoDataFolder: 'Give the `--data` of the control plane.',
  TargetNotEmpty: 'Name a new folder.',
  ControlPlaneUnreachable: 'Give the `--kubeconfig` that the control plane was started with, or stop it.',
  UnknownKind: 'Export with the release that runs the control plane.',
  ExportUnreadable: 'Correct or remove what the message names. Nothing was imported.',
  KubeconfigUnusable: 'Correct `--kubeconfig` or `--context`.',
  KindsMissing: 'Install the kinds in the cluster: `kubectl apply -f crds/v1alpha1`.',
  KindsOtherVersion: 'Import with the release of nanny that runs in the cluster.',
};

/** What a person does when a backup is not made or not restored. */
export const BACKUP_REMEDIES: Record<keyof typeof BACKUP_ERRORS, string> = {
  NothingToBackUp: 'Give the folder that `nanny standalone --data` was given.',
  BackupInDataFolder: 'Give a place outside of the data folder, best on another disk.',
  BackupFailed: 'The message tells why: room, rights, or damage of the database itself. Then restore an older backup.',
  BackupUnreadable: 'Take another backup. The message tells what is wrong with this one.',
  BackupNewerVersion: 'Restore it with the release that the message names, or a newer one.',
  DataFolderNotEmpty: 'Give another `--data`, or `--replace` to move what is there aside.',
  RestoreFailed: 'The message tells why. Correct that and restore again.',
};

/** What to do about a code with which an operator of its own ends. */
export const OPERATOR_PROCESS_REMEDIES: Record<keyof typeof OPERATOR_PROCESS_ERRORS, string> = {
  Usage: 'Give none, or `uninstall`.',
  InvalidConfig: 'The line names every bad setting and what is allowed; see [configuration](configuration.md).',
  PortInUse: 'Give another `NANNYAPI_OPERATOR_PROBE_PORT`.',
  InvalidKubeconfig: 'The message tells what is wrong with it.',
  DeadlineExceeded: 'See that the API server answers, and that the operator may list and watch its kinds.',
  LeadershipLost:
    'None, if it happens seldom: a fresh process stands by. If often, see whether the API server is slow, or set longer times.',
};

/** What to do about a code with which a facade of its own ends. */
export const API_PROCESS_REMEDIES: Record<keyof typeof API_PROCESS_ERRORS, string> = {
  InvalidConfig: 'The line names every bad setting and what is allowed; see [configuration](configuration.md).',
  PortInUse: 'Give another `NANNYAPI_API_PORT` or `NANNYAPI_API_PROBE_PORT`; 0 takes any free one.',
  CertificateUnusable: 'Check the Secret or the files that the line names.',
};
