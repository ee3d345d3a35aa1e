{{/* What every process asks of the cluster: dict of `ports` and `to`. */}}
{{- define "nannyapi.clusterEgress" -}}
# Names.
- ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
# The API server of the cluster. Some networks look at policies before they resolve its Service, some after: hence all its ports.
- ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* `helm test` asks API and operator how they are. */}}
{{- define "nannyapi.testPeer" -}}
- podSelector:
    matchLabels:
      {{- include "nannyapi.selector" (list . "test") | nindent 6 }}
{{- end }}

{{/* Who may ask a pod for metrics and how it is. */}}
{{- define "nannyapi.metricsIngress" -}}
- ports:
    - {protocol: TCP, port: 8081}
  from:
    {{- with .Values.networkPolicy.metricsFrom }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- include "nannyapi.testPeer" . | nindent 4 }}
{{- end }}
