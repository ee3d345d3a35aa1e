/**
 * A CustomResourceDefinition as a template of the chart.
 *
 * A template and no file below `crds/`, because Helm never upgrades those. The policy `keep` is what protects the objects
 * from an uninstallation then.
 */
export function renderCrdTemplate(crd: string): string {
  // What looks like an action of a template is text of ours.
  const text = crd.replaceAll('{{', '{{ "{{" }}');
  const [before, after, ...more] = text.split(/^metadata:\n/m);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error('A CustomResourceDefinition has one line that reads "metadata:"');
  }
  return [
    '{{- /* Generated from crds/v1alpha1 by `npm run generate`. Do not edit. */ -}}',
    '{{- include "nannyapi.prepare" . -}}',
    '{{- if .Values.crds.install -}}',
    `${before}metadata:`,
    '  labels:',
    '    {{- include "nannyapi.labels" (list . "crds") | nindent 4 }}',
    '  {{- if and .Values.crds.keep (not .Values.uninstall.removeData) }}',
    '  annotations:',
    '    helm.sh/resource-policy: keep',
    '  {{- end }}',
    after.trimEnd(),
    '{{- end }}',
    '',
  ].join('\n');
}
