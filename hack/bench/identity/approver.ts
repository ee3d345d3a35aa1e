/** Bearer token of a person of the bench; good for nothing but a control plane of the bench on loopback. */
export function approverToken(index: number): string {
  return `bench-approver-${index}`;
}
