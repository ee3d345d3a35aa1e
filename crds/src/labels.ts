/** Labels and annotations, and who may set each. */

/** On tasks and evidence, set by whoever creates them: name of the Investigation, cut to 63 characters. */
export const INVESTIGATION_LABEL = 'nannyai.dev/investigation';
/** On tasks, set by the operator: the number of the step. */
export const STEP_LABEL = 'nannyai.dev/step';
/**
 * On tasks, set by the operator, and on credentials, set by the facade: the agent, as 16 hex digits of a hash of its
 * namespace and name.
 *
 * A task may live in another namespace than its agent; by this label all tasks of one agent are listed at once. Two names
 * could in principle share a digest, so whoever lists by it compares `spec.agentRef` too. See {@link agentLabelValue}.
 */
export const AGENT_LABEL = 'nannyai.dev/agent';
/** On Agents, set by the facade: the Kubernetes node whose agent it is, cut to 63 characters. For selectors of people. */
export const NODE_LABEL = 'nannyai.dev/node';
/** On evidence, set by the facade: uid of the task, so that what a task has stored can be counted. */
export const TASK_UID_LABEL = 'nannyai.dev/task-uid';
/**
 * On DeviceCodes, set by the facade: the first 32 hex digits of `spec.userCodeHash`, by which the code that a person types is found.
 */
export const USER_CODE_LABEL = 'nannyai.dev/user-code';
/**
 * On objects of a run-to-end kind, set by the operator before the first task: metadata.uid.
 *
 * An object whose annotation differs from its uid was restored from an export and never runs again.
 */
export const RUN_UID_ANNOTATION = 'nannyai.dev/run-uid';
/**
 * On objects that were exported, set by `nanny standalone export`: when the original was created, RFC 3339.
 *
 * The API server gives a copy a creation time of its own, and takes no other.
 */
export const ORIGINAL_CREATION_TIME_ANNOTATION = 'nannyai.dev/original-creation-time';
/**
 * On Users, set by the facade at the first login: the issuer whose subject the person is.
 *
 * A provider's id that is given to another issuer later must not turn the people of the one into those of the other.
 */
export const ISSUER_ANNOTATION = 'nannyai.dev/issuer';
/**
 * On Agents of enrolled hosts, set by the facade: what let the host in, as `<kind>/<name>` and, where that lets several in,
 * `/<thumbprint of its key>`. By it an enrolment that broke off finds the Agent that it has made, and takes no other.
 */
export const ENROLLMENT_ANNOTATION = 'nannyai.dev/enrollment';
