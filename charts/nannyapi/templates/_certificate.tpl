{{/* Names and addresses that the API's certificate is for, as JSON. */}}
{{- define "nannyapi.certificateNames" -}}
{{- $name := include "nannyapi.name" (list . "api") -}}
{{- $hosts := list (include "nannyapi.apiHost" .) $name (printf "%s.%s" $name .Release.Namespace) "localhost" -}}
{{- $addresses := list "127.0.0.1" "::1" -}}
{{- $given := .Values.api.tls.names -}}
{{- if and .Values.api.ingress.enabled .Values.api.ingress.host -}}
{{- $given = append $given .Values.api.ingress.host -}}
{{- end -}}
{{- if and .Values.api.publicURL (not .Values.api.ingress.enabled) -}}
{{- range prepend .Values.api.otherURLs .Values.api.publicURL -}}
{{- $given = append $given (include "nannyapi.urlHost" .) -}}
{{- end -}}
{{- end -}}
{{- range $given -}}
{{- if or (contains ":" .) (regexMatch "^[0-9]+(\\.[0-9]+){3}$" .) -}}
{{- $addresses = append $addresses . -}}
{{- else -}}
{{- $hosts = append $hosts . -}}
{{- end -}}
{{- end -}}
{{- dict "hosts" (uniq $hosts) "addresses" (uniq $addresses) | toJson -}}
{{- end }}

{{/*
Leaves the self-signed certificate in `.Certificate`, one for all templates of a rendering: `data` of its Secret (base64),
`names` and `notAfter` (seconds since 1970).

The one of the cluster is kept while its names are the right ones and more than a tenth of its life is left. The key of the
authority is kept nowhere: it signs once.
*/}}
{{- define "nannyapi.prepareCertificate" -}}
{{- if not (hasKey . "Certificate") -}}
{{- $days := int .Values.api.tls.selfSigned.validityDays -}}
{{- $names := include "nannyapi.certificateNames" . -}}
{{- $namesHash := $names | sha256sum | trunc 16 -}}
{{- $now := now | unixEpoch | int64 -}}
{{- $old := lookup "v1" "Secret" .Release.Namespace (include "nannyapi.tlsSecret" .) -}}
{{- $annotations := dig "metadata" "annotations" (dict) $old | default dict -}}
{{- $notAfter := get $annotations "nannyai.dev/not-after" | default "0" | int64 -}}
{{- $spare := mul $days 8640 -}}
{{- if and (eq (get $annotations "nannyai.dev/names-hash") $namesHash) (gt $notAfter (add $now $spare)) -}}
{{- $_ := set . "Certificate" (dict "data" $old.data "namesHash" $namesHash "notAfter" $notAfter) -}}
{{- else -}}
{{- $wanted := fromJson $names -}}
{{- $authority := genCAWithKey (printf "%s authority" (include "nannyapi.name" (list . "api"))) $days (genPrivateKey "ecdsa") -}}
{{- $made := genSignedCertWithKey (include "nannyapi.name" (list . "api")) $wanted.addresses $wanted.hosts $days $authority (genPrivateKey "ecdsa") -}}
{{- $data := dict "ca.crt" (b64enc $authority.Cert) "tls.crt" (b64enc $made.Cert) "tls.key" (b64enc $made.Key) -}}
{{- $_ := set . "Certificate" (dict "data" $data "namesHash" $namesHash "notAfter" (add $now (mul $days 86400))) -}}
{{- end -}}
{{- end -}}
{{- end }}
