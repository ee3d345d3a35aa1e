{{/* What the names of objects begin with; at most 40 characters, for names derived from it go on. */}}
{{- define "nannyapi.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* Name of a component's objects: list of root and component. */}}
{{- define "nannyapi.name" -}}
{{- printf "%s-%s" (include "nannyapi.fullname" (index . 0)) (index . 1) -}}
{{- end }}

{{/* Plural names of our kinds, as JSON. */}}
{{- define "nannyapi.resources" -}}
["agentcredentials","agents","agenttasks","devicecodes","enrollmenttokens","evidence","investigations","users"]
{{- end }}

{{/* Host name of the API inside the cluster; what its certificate is for. */}}
{{- define "nannyapi.apiHost" -}}
{{- printf "%s.%s.svc" (include "nannyapi.name" (list . "api")) .Release.Namespace -}}
{{- end }}

{{/* The Secret with the API's certificate and key. */}}
{{- define "nannyapi.tlsSecret" -}}
{{- if eq .Values.api.tls.source "Secret" -}}
{{- .Values.api.tls.secret.name -}}
{{- else -}}
{{- include "nannyapi.name" (list . "api-tls") -}}
{{- end -}}
{{- end }}

{{/* User name of a component's ServiceAccount: list of root and component. */}}
{{- define "nannyapi.user" -}}
{{- printf "system:serviceaccount:%s:%s" (index . 0).Release.Namespace (include "nannyapi.name" .) -}}
{{- end }}

{{/* Image of a component: list of root and component. */}}
{{- define "nannyapi.image" -}}
{{- $root := index . 0 -}}
{{- $image := (index $root.Values (index . 1)).image -}}
{{- $repository := printf "%s/%s" (trimSuffix "/" $root.Values.image.registry) $image.name -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default $root.Chart.AppVersion $root.Values.image.tag) -}}
{{- end -}}
{{- end }}

{{/* The Secret with the keys that protect sessions and codes. */}}
{{- define "nannyapi.secretKeys" -}}
{{- default (include "nannyapi.name" (list . "api-secret-keys")) .Values.api.secretKeys.existingSecret -}}
{{- end }}

{{/* Host of a URL: a name or an address, without brackets and port. */}}
{{- define "nannyapi.urlHost" -}}
{{- regexReplaceAll ":[0-9]+$" (urlParse .).host "" | trimPrefix "[" | trimSuffix "]" -}}
{{- end }}
