{{/*
Labels of every object. Call with (dict "root" $ "component" "operator"). Without the chart's version, or every new chart
would restart every agent.
*/}}
{{- define "podmigration.labels" -}}
{{ include "podmigration.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: podmigration
{{- end }}

{{/* The labels that never change, because selectors are immutable. */}}
{{- define "podmigration.selector" -}}
app.kubernetes.io/name: podmigration
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Image of a component. Call with (dict "root" $ "name" "agent" "digest" ...). */}}
{{- define "podmigration.image" -}}
{{- $image := .root.Values.image -}}
{{- if .digest -}}
{{ printf "%s/%s@%s" $image.registry .name .digest }}
{{- else -}}
{{ printf "%s/%s:%s" $image.registry .name ($image.tag | default .root.Chart.AppVersion) }}
{{- end -}}
{{- end }}

{{/* Where the metrics of a pod are, for a Prometheus that reads annotations. Call with (dict "root" $ "port" 8080). */}}
{{- define "podmigration.scraped" -}}
{{- if .root.Values.metrics.annotations -}}
prometheus.io/scrape: "true"
prometheus.io/port: {{ .port | quote }}
prometheus.io/path: /metrics
{{- end -}}
{{- end }}
