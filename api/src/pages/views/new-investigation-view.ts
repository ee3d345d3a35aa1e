import { html, path, type Html } from '../html/html.ts';
import { formField, type FieldErrors } from './form-field.ts';
import { csrfField, type PageContext } from './layout.ts';

/** A question as it is typed. */
export interface NewInvestigationForm {
  namespace: string;
  /** One of {@link TARGETS}. */
  target: string;
  /** Name of the target. */
  name: string;
  prompt: string;
  priority: string;
}

/** The form of a new run. */
export interface NewInvestigationPage {
  form: NewInvestigationForm;
  errors: FieldErrors;
  /** Why it was not taken, where no field is to blame. */
  problem?: string | undefined;
  /** Names of agents of the namespace, for a start. */
  agents: readonly string[];
}

/** Shortest and longest question, in characters, as the CRD has it. */
export const PROMPT_LENGTH = { min: 10, max: 4000 } as const;
/** What can be asked about. */
export const TARGETS = ['agent', 'pod', 'node'] as const;
const TARGET_WORDS = { agent: 'the machine of an agent', pod: 'a pod of the namespace', node: 'a node of the cluster' };
/** How urgent a run is. */
export const PRIORITIES = ['Low', 'Medium', 'High'] as const;

/** Asks what is wrong, and where. */
export function newInvestigationView(
  { form, errors, problem, agents }: NewInvestigationPage,
  context: PageContext,
): Html {
  return html`<nav class="crumbs" aria-label="Where you are">
      <a href="${path`/investigations?namespace=${form.namespace}`}">Investigations</a>
      <span aria-hidden="true">›</span> new
    </nav>
    <h1>Ask a question</h1>
    <p>
      An agent looks at its machine, read-only and within the safety policy, until the cause is proved or ruled out.
    </p>
    ${problem !== undefined && html`<p class="notice bad" role="alert">${problem}</p>`}
    <form method="post" action="/investigations/new">
      ${csrfField(context.viewer)}
      ${formField({
        name: 'prompt',
        label: 'What is wrong?',
        hint: `In your words: what you see, since when, what you expect. ${PROMPT_LENGTH.min} to ${PROMPT_LENGTH.max} characters.`,
        value: form.prompt,
        error: errors['prompt'],
        rows: 6,
        isRequired: true,
        minLength: PROMPT_LENGTH.min,
        maxLength: PROMPT_LENGTH.max,
        hasFocus: true,
      })}
      <div class="beside">
        ${formField({
          name: 'target',
          label: 'Where?',
          value: form.target,
          error: errors['target'],
          options: TARGETS.map((value) => ({ value, text: TARGET_WORDS[value] })),
        })}
        ${formField({
          name: 'name',
          label: 'Its name',
          value: form.name,
          error: errors['name'],
          isRequired: true,
          maxLength: 253,
          proposals: agents,
          autocomplete: 'off',
          isCode: true,
        })}
      </div>
      <div class="beside">
        ${formField({ name: 'namespace', label: 'Namespace', value: form.namespace, error: errors['namespace'], isRequired: true, maxLength: 63, isCode: true })}
        ${formField({ name: 'priority', label: 'Priority', value: form.priority, error: errors['priority'], options: PRIORITIES.map((value) => ({ value, text: value })) })}
      </div>
      <button class="primary">Investigate</button>
    </form>`;
}
