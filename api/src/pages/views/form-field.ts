import { html, type Html } from '../html/html.ts';

/** One field of a form. */
export interface FormField {
  name: string;
  label: string;
  /** What is allowed, or what it is for. */
  hint?: string | undefined;
  /** What was sent before; kept when the form comes back. */
  value?: string | undefined;
  /** What is wrong with it. */
  error?: string | undefined;
  /** What an empty field means. */
  placeholder?: string | undefined;
  isRequired?: boolean | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  autocomplete?: string | undefined;
  /** A text of several lines, of so many rows. */
  rows?: number | undefined;
  type?: 'text' | 'number' | undefined;
  /** To choose from instead of to type. */
  options?: readonly { value: string; text: string }[] | undefined;
  /** Names to propose while one is typed. */
  proposals?: readonly string[] | undefined;
  isCode?: boolean | undefined;
  hasFocus?: boolean | undefined;
}

/** Faults of a form by the name of their field. */
export type FieldErrors = Readonly<Record<string, string>>;

/** A labelled field with its hint and its fault, which screen readers tell with it. */
export function formField(field: FormField): Html {
  const { name, label, hint, error } = field;
  return html`<div class="field${error !== undefined && ' faulty'}">
    <label for="${name}">${label}</label>
    ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${error !== undefined && html`<p class="fault" id="${name}-fault">${error}</p>`} ${controlOf(field)}
  </div>`;
}

function controlOf(field: FormField): Html {
  const { name, value = '', rows, options, proposals } = field;
  const attributes = attributesOf(field);
  if (options)
    return html`<select id="${name}" name="${name}" ${attributes}>
      ${options.map(
        (option) =>
          html`<option value="${option.value}" ${option.value === value && html`selected`}>${option.text}</option>`,
      )}
    </select>`;
  if (rows !== undefined)
    return html`<textarea id="${name}" name="${name}" rows="${rows}" ${attributes}>${value}</textarea>`;
  return html`<input
      id="${name}"
      name="${name}"
      type="${field.type ?? 'text'}"
      value="${value}"
      ${attributes}
      ${proposals && html`list="${name}-proposals"`}
    />${
      proposals &&
      html`<datalist id="${name}-proposals">
        ${proposals.map((proposal) => html`<option value="${proposal}"></option>`)}
      </datalist>`
    }`;
}

function attributesOf({ name, hint, error, ...field }: FormField): Html {
  const describedBy = [error !== undefined && `${name}-fault`, hint !== undefined && `${name}-hint`].filter(Boolean);
  return html`${field.isRequired && html`required `}${field.minLength !== undefined && html`minlength="${field.minLength}" `}${
    field.placeholder !== undefined && html`placeholder="${field.placeholder}" `
  }${
    field.maxLength !== undefined && html`maxlength="${field.maxLength}" `
  }${field.autocomplete !== undefined && html`autocomplete="${field.autocomplete}" `}${
    describedBy.length > 0 && html`aria-describedby="${describedBy.join(' ')}" `
  }${error !== undefined && html`aria-invalid="true" `}${field.isCode && html`class="code" spellcheck="false" autocapitalize="off" `}${
    field.hasFocus && html`autofocus `
  }`;
}
