/** Why a facade of its own ends with status 1: codes, never renamed or reused, with their causes. */
export const API_PROCESS_ERRORS = {
  InvalidConfig: 'A setting has a value that is not allowed, or only one of certificate and key is given.',
  PortInUse: 'Something else listens on a port of the facade.',
  CertificateUnusable: 'Certificate or key cannot be read, or they do not belong together.',
} as const;
