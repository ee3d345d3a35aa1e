/** Why the API server does not start: code of the CodedError, and what it means. Codes are never renamed or reused. */
export const STANDALONE_ERRORS = {
  DataFolderInUse: 'Another control plane uses the data folder; the message names its pid.',
  DataFolderUnusable: 'The data folder cannot be made or written.',
  PortInUse: 'Something else listens on the port.',
  AddressUnusable: 'This machine does not have an address of --listen.',
  StoreCorrupt: 'The database file is damaged or is no database.',
  StoreIncomplete: 'Acknowledged writes are missing from the database: its WAL file was damaged or removed.',
  StoreNewerVersion: 'The database was written by a newer release.',
  StoreUnavailable: 'The database could not be opened for another reason.',
  CertificateUnreadable: 'A stored certificate is not PEM.',
  AccountKeyUnreadable: 'The key that signs the tokens of ServiceAccounts is no private key of P-256 in PEM.',
  TokensUnreadable: 'The stored token hashes are not JSON.',
} as const;

/** A code of {@link STANDALONE_ERRORS}. */
export type StandaloneErrorCode = keyof typeof STANDALONE_ERRORS;
