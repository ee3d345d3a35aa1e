/** Name of the Agent with that number. */
export function agentName(index: number): string {
  return `bench-${index}`;
}

/** Its bearer token; good for nothing but a control plane of the bench on loopback. */
export function agentToken(index: number): string {
  return `bench-token-${index}`;
}
