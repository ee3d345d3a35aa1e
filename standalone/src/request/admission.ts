import type { UserInfo } from '../auth/token-store.ts';
import type { ApiObject, JsonObject } from '../schema/index.ts';
import type { ResourcePath } from './request-path.ts';

/** One write as policies see it: what AdmissionReview calls its request. */
export interface AdmissionAttributes {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /**
   * Group, version, resource and subresource of the request. The name is '' where the request has none: in the deletion of a
   * collection. A namespace that is made or changed is its own namespace here, as on kube-apiserver.
   */
  path: ResourcePath;
  /** Kind of the object: `Scale` of `autoscaling/v1` for the subresource scale. */
  kind: { group: string; version: string; kind: string };
  user: UserInfo;
  /** The new state, defaulted and valid, with its generated name; undefined for DELETE. */
  object?: ApiObject;
  /** The state before; undefined for CREATE. */
  oldObject?: ApiObject;
  /** CreateOptions, UpdateOptions, PatchOptions or DeleteOptions of the request. */
  options: JsonObject;
  isDryRun: boolean;
}

/** What a policy that let a write pass has to say. */
export interface AdmissionAnswer {
  /** Told to the client as `Warning` headers. */
  warnings: readonly string[];
}

/**
 * Judges writes of clients before they are stored, and after they were found valid: where kube-apiserver runs validating
 * admission. The server's own work (garbage collection, the end of namespaces) is not asked about.
 *
 * It answers at once: a write reads the state, is judged and is submitted in one turn of the event loop, so that no other write
 * comes in between. What it needs (policies, bindings, namespaces) is in the store's memory.
 */
export interface Admission {
  /**
   * Calls are made for dry runs too, and for writes that turn out to change nothing. The objects are not copies: they must
   * not be changed.
   *
   * @throws StatusError when the write is refused.
   */
  review(attributes: AdmissionAttributes): AdmissionAnswer;
}
