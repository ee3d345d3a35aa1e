import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes `application/x-www-form-urlencoded`, and nothing else. */
    form?: boolean;
  }
}

const FORM = 'application/x-www-form-urlencoded';
/** Largest form, in bytes, where the route says nothing else. */
const MAX_FORM_BYTES = 16 * 1024;
/** Most fields of a form. */
const MAX_FIELDS = 64;

/**
 * Takes forms on the routes of config `form` alone.
 *
 * A browser sends forms to other origins without asking first, so a route that expects JSON must not understand one; and
 * a route that expects a form takes no JSON, so that there is one way to say a thing. A field that comes twice is
 * refused (RFC 6749 §3.1), for two readers might take different ones.
 */
export function takeForms(app: FastifyInstance): void {
  app.addContentTypeParser<string>(FORM, { parseAs: 'string', bodyLimit: MAX_FORM_BYTES }, (_request, body, done) => {
    const fields = parseForm(body);
    if (fields instanceof ApiError) done(fields);
    else done(null, fields);
  });
  app.addHook('preParsing', async (request) => {
    const type = request.headers['content-type'];
    if (type === undefined) return;
    const isForm = type.split(';')[0]?.trim().toLowerCase() === FORM;
    const takesForm = request.routeOptions.config.form === true;
    if (isForm && !takesForm) throw new ApiError('UnsupportedMediaType', 'This path takes no forms');
    if (!isForm && takesForm) throw new ApiError('UnsupportedMediaType', `This path takes ${FORM} and nothing else`);
  });
}

/** The fields of a form by name; without prototype, so that no name means anything. */
function parseForm(text: string): Record<string, string> | ApiError {
  const fields = Object.create(null) as Record<string, string>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++count > MAX_FIELDS) return new ApiError('BadRequest', `A form has at most ${MAX_FIELDS} fields`);
    if (name in fields) return new ApiError('BadRequest', 'A field of the form comes twice');
    fields[name] = value;
  }
  return fields;
}
