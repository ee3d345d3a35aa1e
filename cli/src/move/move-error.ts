import { CodedError, type ErrorDetail } from '@nannyapi/process';

/** Why a move ends before anything was written: code of the CodedError, and what it means. */
export const MOVE_ERRORS = {
  NoDataFolder: 'The folder holds nothing that a control plane has stored.',
  TargetNotEmpty: 'The folder to export to is there and not empty, or is no folder.',
  ControlPlaneUnreachable: 'A control plane holds the data folder, but does not answer under its kubeconfig.',
  UnknownKind: 'The control plane stores a kind that this release of nanny does not know.',
  ExportUnreadable:
    'A file to import cannot be read, or holds what import does not take; the message names file and field.',
  KubeconfigUnusable: 'The kubeconfig cannot be read, or lacks the context.',
  KindsMissing: 'The cluster does not serve the kinds of NannyAPI.',
  KindsOtherVersion: 'The cluster serves the kinds of NannyAPI in another version only.',
} as const;

/** A fault of {@link MOVE_ERRORS}. */
export function moveError(
  code: keyof typeof MOVE_ERRORS,
  message: string,
  more: { cause?: unknown; details?: ErrorDetail[] } = {},
): CodedError {
  return new CodedError({ code, message, status: 0, ...more });
}
