{{/* Annotations of an object of the hook; the lower weight is made first. */}}
{{- define "nannyapi.uninstallHook" -}}
helm.sh/hook: pre-delete
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
helm.sh/hook-weight: {{ . | quote }}
{{- end }}
