{{/* The file of the login configuration: the values, with paths of files in place of the names of Secrets. */}}
{{- define "nannyapi.loginConfig" -}}
{{- $login := .Values.api.login -}}
{{- $providers := list -}}
{{- range $login.providers -}}
{{- $file := printf "/etc/nannyapi/login-secrets/%s" .id -}}
{{- $providers = append $providers (merge (dict "clientSecretFile" $file) (omit . "clientSecret")) -}}
{{- end -}}
{{- dict "sessionIdleMinutes" (int $login.sessionIdleMinutes) "sessionHours" (int $login.sessionHours) "providers" $providers | toYaml -}}
{{- end }}

{{/* Settings of the API for people and for hosts outside of the cluster, as variables of its container. */}}
{{- define "nannyapi.identityEnv" -}}
{{- $api := .Values.api -}}
- name: NANNYAPI_API_PUBLIC_URL
  value: {{ $api.publicURL | quote }}
- name: NANNYAPI_API_SECRET_KEYS_FILE
  value: /etc/nannyapi/secret-keys/secret-keys
{{- with $api.otherURLs }}
- name: NANNYAPI_API_OTHER_URLS
  value: {{ join "," . | quote }}
{{- end }}
{{- if $api.login.providers }}
- name: NANNYAPI_API_LOGIN_CONFIG_FILE
  value: /etc/nannyapi/login/login.yaml
{{- if $api.login.caConfigMap }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/nannyapi/login-ca/ca.crt
{{- end }}
{{- end }}
{{- if include "nannyapi.publicCaVolume" . }}
- name: NANNYAPI_API_CA_FILE
  value: /etc/nannyapi/public-ca/ca.crt
{{- end }}
{{- with $api.agentNamespace }}
- name: NANNYAPI_API_AGENT_NAMESPACE
  value: {{ . }}
{{- end }}
{{- end }}

{{/* Where the files of these settings are in its container. */}}
{{- define "nannyapi.identityMounts" -}}
- name: secret-keys
  mountPath: /etc/nannyapi/secret-keys
  readOnly: true
{{- if .Values.api.login.providers }}
- name: login
  mountPath: /etc/nannyapi/login
  readOnly: true
- name: login-secrets
  mountPath: /etc/nannyapi/login-secrets
  readOnly: true
{{- if .Values.api.login.caConfigMap }}
- name: login-ca
  mountPath: /etc/nannyapi/login-ca
  readOnly: true
{{- end }}
{{- end }}
{{- if include "nannyapi.publicCaVolume" . }}
- name: public-ca
  mountPath: /etc/nannyapi/public-ca
  readOnly: true
{{- end }}
{{- end }}

{{/* Where these files come from. */}}
{{- define "nannyapi.identityVolumes" -}}
- name: secret-keys
  secret:
    secretName: {{ include "nannyapi.secretKeys" . }}
    defaultMode: 0440
    items:
      - {key: secret-keys, path: secret-keys}
{{- if .Values.api.login.providers }}
- name: login
  configMap:
    name: {{ include "nannyapi.name" (list . "api-login") }}
- name: login-secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range .Values.api.login.providers }}
      - secret:
          name: {{ .clientSecret.name }}
          items:
            - {key: {{ .clientSecret.key | quote }}, path: {{ .id }}}
      {{- end }}
{{- with .Values.api.login.caConfigMap }}
- name: login-ca
  configMap:
    name: {{ . }}
    items:
      - {key: ca.crt, path: ca.crt}
{{- end }}
{{- end }}
{{- with include "nannyapi.publicCaVolume" . }}
- name: public-ca
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The authority of the certificate under the public URL; empty where hosts know it by themselves. */}}
{{- define "nannyapi.publicCaVolume" -}}
{{- if not .Values.api.ingress.enabled -}}
{{- include "nannyapi.caVolume" . -}}
{{- else if .Values.api.ingress.caConfigMap -}}
configMap:
  name: {{ .Values.api.ingress.caConfigMap }}
  items:
    - {key: ca.crt, path: ca.crt}
{{- end -}}
{{- end }}
