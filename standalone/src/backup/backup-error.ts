import { CodedError } from '@nannyapi/process';

/** Why a backup is not made or not restored: code of the CodedError, and what it means. Codes are never renamed or reused. */
export const BACKUP_ERRORS = {
  NothingToBackUp: 'The data folder holds no control plane.',
  BackupInDataFolder: 'The backup would lie in the folder that it is to survive.',
  BackupFailed: 'The backup could not be written. An older file of that name still stands.',
  BackupUnreadable: 'The file is no backup, or it is damaged. Nothing was touched.',
  BackupNewerVersion: 'The backup was made by a newer release. Nothing was touched.',
  DataFolderNotEmpty: 'The data folder holds a control plane already. Nothing was touched.',
  RestoreFailed: 'The backup could not be put in place. What the data folder held still stands.',
} as const;

/** A code of {@link BACKUP_ERRORS}. */
export type BackupErrorCode = keyof typeof BACKUP_ERRORS;

/** An expected fault of a backup or a restore. */
export function backupError(code: BackupErrorCode, message: string, cause?: unknown): CodedError {
  return new CodedError({ code, message, cause, status: 0 });
}
