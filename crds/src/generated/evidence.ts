// Generated from crds/v1alpha1 by hack/generate. Do not edit.
import type {ObjectMeta} from '../object-meta.ts';

/**
 * One immutable piece of what a host said. Raw host output, readable with rights of its own.
 */
export interface Evidence {
  /**
   * The version of this API.
   */
  apiVersion: 'nannyai.dev/v1alpha1';
  /**
   * The kind.
   */
  kind: 'Evidence';
  /**
   * Standard object metadata.
   */
  metadata: ObjectMeta;
  spec: EvidenceSpec;
}
/**
 * The piece. Immutable.
 */
export interface EvidenceSpec {
  taskRef: EvidenceSpecTaskRef;
  /**
   * The action that brought it.
   */
  actionID: string;
  /**
   * Which stream of the command.
   */
  stream?: 'Stdout' | 'Stderr';
  /**
   * Its place in the output, from 0.
   */
  chunk: number;
  /**
   * How data is packed.
   */
  encoding: 'Gzip';
  /**
   * The bytes, compressed, in base64. At most 512 KiB compressed.
   */
  data: string;
  /**
   * Size before compression, in bytes.
   */
  rawBytes: number;
  /**
   * SHA-256 of the bytes before compression.
   */
  digest: string;
}
/**
 * The task that brought it.
 */
export interface EvidenceSpecTaskRef {
  /**
   * Name of the AgentTask, in the same namespace.
   */
  name: string;
}
