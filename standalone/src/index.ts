/** The embedded, Kubernetes-compatible API server. */
export { STANDALONE_ERRORS } from './standalone-error.ts';
export type { StandaloneErrorCode } from './standalone-error.ts';
export { startApiServer } from './server/start-api-server.ts';
export type { ApiServerHandle, ApiServerOptions } from './server/start-api-server.ts';
export { startStandalone, type Standalone, type StandaloneOptions } from './compose/standalone.ts';
export { BACKUP_ERRORS } from './backup/backup-error.ts';
export type { BackupErrorCode } from './backup/backup-error.ts';
export type { BackupFacts } from './backup/backup-file.ts';
export { restoreBackup } from './backup/restore-backup.ts';
export type { Restored, RestoreOptions } from './backup/restore-backup.ts';
export { writeBackup } from './backup/write-backup.ts';
export type { BackupOptions } from './backup/write-backup.ts';
