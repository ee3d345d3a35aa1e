{{/*
Puts the defaults under the values, for `helm upgrade --reuse-values`: that brings the values of the old chart alone, which
lack what is new in this one. Every template begins with it.
*/}}
{{- define "nannyapi.prepare" -}}
{{- include "nannyapi.fill" (list .Values (.Files.Get "files/default-values.yaml" | fromYaml)) -}}
{{- end }}

{{/*
Adds to a map what it lacks of its defaults: list of both. Maps that are a value in themselves are left alone, for who takes
a limit away by `null` wants none.
*/}}
{{- define "nannyapi.fill" -}}
{{- $values := index . 0 -}}
{{- range $key, $default := index . 1 -}}
{{- if not (hasKey $values $key) -}}
{{- $_ := set $values $key $default -}}
{{- else if and (kindIs "map" $default) (kindIs "map" (index $values $key)) (not (has $key (list "resources" "nodeSelector"))) -}}
{{- include "nannyapi.fill" (list (index $values $key) $default) -}}
{{- end -}}
{{- end -}}
{{- end }}
