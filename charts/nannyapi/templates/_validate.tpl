{{/* Values that contradict one another, which a schema cannot say; all of them in one message. */}}
{{- define "nannyapi.validate" -}}
{{- $problems := list -}}
{{- $tls := .Values.api.tls -}}
{{- if and (eq $tls.source "Secret") (not $tls.secret.name) -}}
{{- $problems = append $problems "api.tls.secret.name is empty: name the Secret with the certificate, or choose another api.tls.source" -}}
{{- end -}}
{{- if and (eq $tls.source "CertManager") (not $tls.certManager.issuerRef.name) -}}
{{- $problems = append $problems "api.tls.certManager.issuerRef.name is empty: name the issuer, or choose another api.tls.source" -}}
{{- end -}}
{{- if and (eq $tls.source "SelfSigned") $tls.caConfigMap -}}
{{- $problems = append $problems "api.tls.caConfigMap is set, but a self-signed certificate brings its own: choose another api.tls.source" -}}
{{- end -}}
{{- if ge (int $tls.certManager.renewBeforeHours) (int $tls.certManager.durationHours) -}}
{{- $problems = append $problems "api.tls.certManager.renewBeforeHours must be less than durationHours" -}}
{{- end -}}
{{- with .Values.api.ingress -}}
{{- if and .enabled (not .host) -}}
{{- $problems = append $problems "api.ingress.host is empty: name the host under which the API is reached" -}}
{{- end -}}
{{- if and .enabled (not .tlsSecretName) -}}
{{- $problems = append $problems "api.ingress.tlsSecretName is empty: tokens must not travel in the clear, name a Secret with the certificate for the host" -}}
{{- end -}}
{{- end -}}
{{- if .Values.api.publicURL -}}
{{- $host := include "nannyapi.urlHost" .Values.api.publicURL -}}
{{- with .Values.api.ingress -}}
{{- if and .enabled .host (ne .host $host) -}}
{{- $problems = append $problems (printf "api.publicURL leads to %s, but api.ingress.host is %s: a login would come back to where it did not start" $host .host) -}}
{{- end -}}
{{- end -}}
{{- else if .Values.api.login.providers -}}
{{- $problems = append $problems "api.login.providers needs api.publicURL: name the address to which providers send people back" -}}
{{- end -}}
{{- $ids := list -}}
{{- range .Values.api.login.providers -}}
{{- if has .id $ids -}}
{{- $problems = append $problems (printf "api.login.providers has %s twice: people are known by the id of their provider" .id) -}}
{{- end -}}
{{- $ids = append $ids .id -}}
{{- if and (eq .kind "oidc") (not .issuer) -}}
{{- $problems = append $problems (printf "api.login.providers: %s is of kind oidc and needs an issuer" .id) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.api.service.nodePort (eq .Values.api.service.type "ClusterIP") -}}
{{- $problems = append $problems "api.service.nodePort is set, but a Service of type ClusterIP has none" -}}
{{- end -}}
{{- with .Values.operator.leaderElection -}}
{{- if ge (int .renewDeadlineSeconds) (int .leaseDurationSeconds) -}}
{{- $problems = append $problems "operator.leaderElection.renewDeadlineSeconds must be less than leaseDurationSeconds" -}}
{{- end -}}
{{- if ge (int .retryPeriodSeconds) (int .renewDeadlineSeconds) -}}
{{- $problems = append $problems "operator.leaderElection.retryPeriodSeconds must be less than renewDeadlineSeconds" -}}
{{- end -}}
{{- end -}}
{{- with .Values.tensorzero -}}
{{- if and .url .gateway.enabled -}}
{{- $problems = append $problems "tensorzero.url and tensorzero.gateway.enabled exclude each other: the operator asks one gateway" -}}
{{- end -}}
{{- if and .gateway.enabled (not .gateway.models) -}}
{{- $problems = append $problems "tensorzero.gateway.models is empty: the gateway needs [models.investigator] and its providers" -}}
{{- end -}}
{{- if and .apiKeySecret.name (not .url) (not .gateway.enabled) -}}
{{- $problems = append $problems "tensorzero.apiKeySecret.name is set, but no gateway: set tensorzero.url or tensorzero.gateway.enabled" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.uninstall.removeData (not .Values.uninstall.hook) -}}
{{- $problems = append $problems "uninstall.removeData needs uninstall.hook: the hook removes" -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\n\nThese values cannot be:\n- %s\n" (join "\n- " $problems)) -}}
{{- end -}}
{{- end }}
