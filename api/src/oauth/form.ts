import { OAuthError } from './oauth-error.ts';

/** What a field may be. */
export interface FieldRule {
  /** Longest value, in characters. */
  maxLength: number;
  /** Default: anything without NUL. */
  pattern?: RegExp;
  /** What is allowed, for the refusal. */
  allowed: string;
}

/**
 * The parameters of a request (RFC 6749 §3.1, §3.2), as they were parsed from a form. An empty one counts as absent, and
 * what is not known is passed over.
 *
 * Refusals name the parameter and what is allowed, and never repeat its value, which may be a secret.
 */
export class Form {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @throws OAuthError `invalid_request` when there is no form. */
  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null)
      throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded');
    this.#fields = body as Record<string, unknown>;
  }

  /** @throws OAuthError `invalid_request` when it breaks its rule. */
  optional(name: string, rule: FieldRule): string | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === '') return undefined;
    if (
      typeof value !== 'string' ||
      value.length > rule.maxLength ||
      value.includes('\0') ||
      rule.pattern?.test(value) === false
    )
      throw new OAuthError('invalid_request', `${name} must be ${rule.allowed}`);
    return value;
  }

  /** @throws OAuthError `invalid_request` when it is absent or breaks its rule. */
  required(name: string, rule: FieldRule): string {
    const value = this.optional(name, rule);
    if (value === undefined) throw new OAuthError('invalid_request', `${name} is required: ${rule.allowed}`);
    return value;
  }
}

/** A rule for a text of at most so many characters. */
export function textUpTo(maxLength: number): FieldRule {
  return { maxLength, allowed: `at most ${maxLength} characters without NUL` };
}
