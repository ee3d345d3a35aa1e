import { describe, expect, it } from 'vitest';
import { ACCESS_TEMPLATES, renderAccessTemplates } from './access-template.ts';

const ROLE = `# What the file is.

# What the role is.
kind: Role
metadata:
  name: nannyapi-operator
  namespace: nannyapi
  labels:
    app.kubernetes.io/component: operator
rules:
  - resourceNames: [nannyapi-operator]
`;

describe('renderAccessTemplates', () => {
  it('puts the release in the place of its literal names, and keeps what comments say of an object', () => {
    const template = renderAccessTemplates([ROLE]).get('operator/rbac.yaml');
    expect(template).toBe(`{{- /* Generated from crds/access by \`npm run generate\`. Do not edit. */ -}}
{{- include "nannyapi.prepare" . -}}
{{- if .Values.rbac.create -}}
# What the role is.
kind: Role
metadata:
  name: {{ include "nannyapi.name" (list . "operator") }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "nannyapi.labels" (list . "operator") | nindent 4 }}
rules:
  - resourceNames: [{{ include "nannyapi.name" (list . "operator") }}]
{{- end }}
`);
  });

  it('leaves API groups and labels of the product alone', () => {
    const source = `${ROLE}  # nannyapi.dev/x and nannyai.dev\n`;
    expect(renderAccessTemplates([source]).get('operator/rbac.yaml')).toContain('# nannyapi.dev/x and nannyai.dev\n');
  });

  it('lets an installation add to a list of users, but not to a single one', () => {
    const object = (users: string): string =>
      `# x\n\nkind: Role\nmetadata:\n  labels:\n    app.kubernetes.io/component: admission\nspec: ${users}\n`;
    const rendered = (users: string): string | undefined =>
      renderAccessTemplates([object(users)]).get('admission/policies.yaml');
    expect(rendered("user in ['system:serviceaccount:nannyapi:nannyapi-api']")).toContain(
      'user in {{ prepend .Values.admission.taskCreators (include "nannyapi.user" (list . "api")) | toJson }}',
    );
    expect(rendered("user == 'system:serviceaccount:nannyapi:nannyapi-api'")).toContain(
      'user == {{ include "nannyapi.user" (list . "api") | squote }}',
    );
  });

  it('refuses an object that goes nowhere, and one that is a template already', () => {
    expect(() => renderAccessTemplates([ROLE.replace('component: operator', 'component: nobody')])).toThrow(
      'goes into no template of the chart',
    );
    expect(() => renderAccessTemplates([`${ROLE}# {{ x }}\n`])).toThrow('looks like a template already');
  });

  it('makes every template also of nothing, so that what is gone from the source goes from the chart', () => {
    expect([...renderAccessTemplates([]).keys()]).toEqual(ACCESS_TEMPLATES.map(({ path }) => path));
  });
});
