/** Why an operator of its own ends with status 1: codes, never renamed or reused, with their causes. */
export const OPERATOR_PROCESS_ERRORS = {
  Usage: 'The argument is none that it knows.',
  InvalidConfig: 'A setting has a value that is not allowed, or the times of the leader election do not fit together.',
  PortInUse: 'Something else listens on the port for health and metrics.',
  InvalidKubeconfig: 'The kubeconfig cannot be used.',
  DeadlineExceeded: 'The API server did not list all objects within two minutes of the start.',
  LeadershipLost: 'The lease could not be renewed in time, or another process holds it. Nothing was written since.',
} as const;
