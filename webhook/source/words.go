package source

import (
	"strings"

	"ragoffire/engine"
)

// parseStatus maps a sender's word to a status. A word that nobody knows is not
// silently taken for firing.
func parseStatus(word string) (engine.AlertStatus, bool) {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "firing", "alerting", "alert", "triggered", "trigger", "open", "opened", "active", "problem", "down", "failing", "fired":
		return engine.Firing, true
	case "resolved", "resolve", "ok", "closed", "close", "recovered", "recovery", "normal", "up", "inactive", "cleared", "clear":
		return engine.AlertResolved, true
	case "acknowledged", "acknowledge", "ack", "acked":
		return engine.AlertAcknowledged, true
	}
	return "", false
}

// parseComparator maps a sign or a word to the model's word.
func parseComparator(word string) string {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case ">", "gt", "above", "greaterthan", "greater_than":
		return "gt"
	case ">=", "gte", "ge":
		return "gte"
	case "<", "lt", "below", "lessthan", "less_than":
		return "lt"
	case "<=", "lte", "le":
		return "lte"
	case "=", "==", "eq":
		return "eq"
	}
	return ""
}

// describe fills from labels and annotations what the alert's own fields did
// not say. The order of the keys is the order of trust; Service is as good as service.
func describe(a *engine.Alert, labels, annotations map[string]string) {
	labels, annotations = lowered(labels), lowered(annotations)
	set := func(field *string, m map[string]string, n int, keys ...string) {
		if *field == "" {
			*field = line(pick(m, keys...), n)
		}
	}
	set(&a.Name, labels, maxName, "alertname")
	set(&a.Title, annotations, maxTitle, "summary", "title")
	set(&a.Title, labels, maxTitle, "alertname")
	set(&a.ErrorType, labels, maxName, "error_type")
	set(&a.ErrorType, annotations, maxName, "error_type")
	set(&a.Service, labels, maxName, "service", "service_name", "service.name", "app", "app_kubernetes_io_name", "application", "job")
	set(&a.Environment, labels, maxName, "environment", "env", "deployment_environment", "deployment_environment_name", "deployment.environment.name", "deployment.environment")
	set(&a.Component, labels, maxName, "component", "instance", "pod", "host", "hostname", "node", "container", "device", "resource")
	set(&a.SeverityRaw, labels, maxName, "severity", "priority")
	set(&a.SeverityRaw, annotations, maxName, "severity")
	a.Severity = engine.ParseSeverity(a.SeverityRaw)
	if a.Description == "" {
		a.Description = cutBytes(pick(annotations, "description", "message", "details"), maxDescription)
	}
	measure(a, labels, annotations)
	for _, l := range linkKeys() {
		a.Links = addLink(a.Links, l.rel, pick(annotations, l.keys[:]...))
		a.Links = addLink(a.Links, l.rel, pick(labels, l.keys[:]...))
	}
}

// measure fills the numbers. A share over the threshold is no spike: only a
// stated one, or a value beside its baseline, is.
func measure(a *engine.Alert, labels, annotations map[string]string) {
	if a.Value == nil {
		if raw := pick(annotations, "value"); raw != "" {
			a.Value = parseNumber(raw)
			if a.Unit == "" && a.Value != nil && strings.HasSuffix(raw, "%") {
				a.Unit = "%"
			}
		}
	}
	if a.Threshold == nil {
		a.Threshold = parseNumber(pick(annotations, "threshold"))
	}
	if unit := pick(annotations, "unit"); unit != "" && (a.Unit == "" || a.Unit == "%") {
		a.Unit = line(unit, 32)
	}
	if a.Comparator == "" {
		a.Comparator = parseComparator(pick(annotations, "comparator", "operator"))
	}
	for _, m := range []map[string]string{labels, annotations} {
		if a.Spike == nil {
			a.Spike = parseNumber(pick(m, "spike_percentage", "spike"))
		}
	}
	if a.Spike == nil {
		a.Spike = increase(a.Value, parseNumber(pick(annotations, "baseline")))
	}
}

type linkKey struct {
	rel  string
	keys [3]string
}

// linkKeys are the annotations that hold addresses, by custom.
func linkKeys() [6]linkKey {
	return [...]linkKey{
		{"runbook", [3]string{"runbook_url", "runbook", "runbookURL"}},
		{"dashboard", [3]string{"dashboard_url", "dashboard", "dashboardURL"}},
		{"panel", [3]string{"panel_url", "panelURL"}},
		{"logs", [3]string{"logs_url", "logs", "log_url"}},
		{"image", [3]string{"image_url", "imageURL"}},
		{"silence", [3]string{"silence_url", "silenceURL"}},
	}
}
