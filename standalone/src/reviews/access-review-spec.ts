/** Which objects are meant, by labels or fields. */
export interface SelectorAttributes {
  rawSelector?: string;
  requirements?: readonly { key?: string; operator?: string; values?: readonly string[] }[];
}

/** What is to be done with a resource. */
export interface ResourceAttributes {
  namespace?: string;
  verb?: string;
  group?: string;
  resource?: string;
  subresource?: string;
  name?: string;
  fieldSelector?: SelectorAttributes;
  labelSelector?: SelectorAttributes;
}

/** The spec of a SubjectAccessReview in any of its forms. */
export interface AccessReviewSpec {
  resourceAttributes?: ResourceAttributes;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: readonly string[];
  uid?: string;
  extra?: Readonly<Record<string, readonly string[]>>;
}
