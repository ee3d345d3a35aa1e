/** A template of the chart that is made from objects of `crds/access`. */
export interface AccessTemplate {
  /** Value of the label app.kubernetes.io/component of the objects that go into it. */
  component: 'people' | 'api' | 'operator' | 'admission';
  /** Path below the chart's templates. */
  path: string;
  /** The value without which the template renders nothing. */
  condition: string;
}

/** Every object of `crds/access` goes into one of these. */
export const ACCESS_TEMPLATES: readonly AccessTemplate[] = [
  { component: 'people', path: 'access/people.yaml', condition: '.Values.rbac.people' },
  { component: 'api', path: 'api/rbac.yaml', condition: '.Values.rbac.create' },
  { component: 'operator', path: 'operator/rbac.yaml', condition: '.Values.rbac.create' },
  { component: 'admission', path: 'admission/policies.yaml', condition: '.Values.admission.enabled' },
];

const LABEL = /^ {4}app\.kubernetes\.io\/component: ([a-z]+)$/m;

/**
 * The templates of the chart that give and take rights, from the texts of `crds/access`, whose literal names of the release
 * `nannyapi` in the namespace `nannyapi` become those of the release at hand.
 *
 * Text and not objects, so that the comments, which tell why a right is given, go along.
 *
 * @returns templates by path below the chart's templates
 * @throws Error for an object without the label that says where it goes.
 */
export function renderAccessTemplates(sources: readonly string[]): Map<string, string> {
  const objects = sources.flatMap((source) =>
    source
      .replace(HEAD, '')
      .trimEnd()
      .split(/^---\n/m),
  );
  const byComponent = Map.groupBy(objects, (object) => LABEL.exec(object)?.[1]);
  const known = new Set<string | undefined>(ACCESS_TEMPLATES.map(({ component }) => component));
  for (const [component, [object]] of byComponent) {
    if (!known.has(component)) throw new Error(`goes into no template of the chart:\n${object}`);
  }
  return new Map(
    ACCESS_TEMPLATES.map((template) => [
      template.path,
      renderTemplate(template, byComponent.get(template.component) ?? []),
    ]),
  );
}

/** The comment that introduces a source; the comment of its first object follows after an empty line. */
const HEAD = /^(#.*\n)+\n/;

function renderTemplate({ condition }: AccessTemplate, objects: readonly string[]): string {
  return [
    '{{- /* Generated from crds/access by `npm run generate`. Do not edit. */ -}}',
    '{{- include "nannyapi.prepare" . -}}',
    `{{- if ${condition} -}}`,
    objects.map((object) => parameterize(object.trimEnd())).join('\n---\n'),
    '{{- end }}',
    '',
  ].join('\n');
}

function parameterize(object: string): string {
  if (object.includes('{{')) throw new Error(`looks like a template already:\n${object}`);
  return object
    .replaceAll(/\['system:serviceaccount:nannyapi:nannyapi-([a-z]+)'\]/g, USERS)
    .replaceAll(
      /'system:serviceaccount:nannyapi:nannyapi-([a-z]+)'/g,
      '{{ include "nannyapi.user" (list . "$1") | squote }}',
    )
    .replaceAll(/(?<![\w:./-])nannyapi-([a-z]+(?:-[a-z]+)*)/g, '{{ include "nannyapi.name" (list . "$1") }}')
    .replaceAll(/^( *namespace:) nannyapi$/gm, '$1 {{ .Release.Namespace }}')
    .replace(LABEL, '    {{- include "nannyapi.labels" (list . "$1") | nindent 4 }}')
    .replace(/^ {4}rbac\.authorization\.k8s\.io\/aggregate-to-view: .*$/m, AGGREGATED);
}

/** Programs that restore backups write what is otherwise the processes' own. */
const USERS = '{{ prepend .Values.admission.taskCreators (include "nannyapi.user" (list . "$1")) | toJson }}';

const AGGREGATED = [
  '    {{- if .Values.rbac.aggregateToView }}',
  "    rbac.authorization.k8s.io/aggregate-to-view: 'true'",
  '    {{- end }}',
].join('\n');
