{{/* Security of a pod that needs nothing of its node. */}}
{{- define "nannyapi.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Security of a container that needs nothing of its node. */}}
{{- define "nannyapi.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* The one volume that a process of ours may write to: its size. The API packs agents for hosts there. */}}
{{- define "nannyapi.tmpVolume" -}}
name: tmp
emptyDir:
  sizeLimit: {{ . }}
{{- end }}

{{/* Where the pods of a component run: list of root and component. */}}
{{- define "nannyapi.placement" -}}
{{- $root := index . 0 -}}
{{- $values := index $root.Values (index . 1) -}}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $values.affinity }}
affinity:
  {{- toYaml $values.affinity | nindent 2 }}
{{- else if not $values.topologySpreadConstraints }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      {{- range $weight, $key := dict "100" "kubernetes.io/hostname" "50" "topology.kubernetes.io/zone" }}
      - weight: {{ $weight }}
        podAffinityTerm:
          topologyKey: {{ $key }}
          labelSelector:
            matchLabels:
              {{- include "nannyapi.selector" (list $root (index $ 1)) | nindent 14 }}
      {{- end }}
{{- end }}
{{- end }}

{{/* Secrets for the registry. */}}
{{- define "nannyapi.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The volume with the authority of the API's certificate, `ca.crt`. */}}
{{- define "nannyapi.caVolume" -}}
{{- if or (eq .Values.api.tls.source "SelfSigned") .Values.api.tls.caConfigMap -}}
configMap:
  name: {{ default (include "nannyapi.name" (list . "api-ca")) .Values.api.tls.caConfigMap }}
{{- else -}}
secret:
  secretName: {{ include "nannyapi.tlsSecret" . }}
{{- end }}
  items:
    - {key: ca.crt, path: ca.crt}
{{- end }}
