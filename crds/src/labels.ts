/** Labels and annotations, and who may set each. */

/** On tasks and evidence, set by whoever creates them: name of the Investigation, cut to 63 characters. */
export const INVESTIGATION_LABEL = 'nannyai.dev/investigation';
/** On tasks, set by the operator: the number of the step. */
export const STEP_LABEL = 'nannyai.dev/step';
/** On evidence, set by the facade: uid of the task, so that what a task has stored can be counted. */
export const TASK_UID_LABEL = 'nannyai.dev/task-uid';
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
