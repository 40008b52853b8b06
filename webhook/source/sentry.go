package source

import (
	"cmp"
	"net/http"
	"regexp"
	"strings"

	"ragoffire/engine"
)

// Sentry reads the webhooks of an integration: alerts on issues and on metrics,
// and what becomes of issues. An issue's alerts and its end are one series.
func Sentry(in Input) (Parsed, error) {
	return single(in, func(o object, to *engine.Delivery) error {
		data, action := o.child("data"), o.text("action")
		if err := o.failed(); err != nil {
			return err
		}
		switch sentryResource(in.Header, data) {
		case "event_alert":
			return alerts(func(object) (engine.Alert, error) { return sentryEvent(data) })(o, to)
		case "metric_alert":
			return alerts(func(object) (engine.Alert, error) { return sentryMetric(data, action) })(o, to)
		case "issue":
			var status engine.AlertStatus
			switch action {
			case "resolved", "archived", "ignored":
				status = engine.AlertResolved
			case "unresolved":
				status = engine.Firing
			default: // created, assigned: an alert rule says what is worth a call
				return nil
			}
			return alerts(func(object) (engine.Alert, error) { return sentryIssue(data.child("issue"), status) })(o, to)
		case "":
			o.bad("data", "holds no event, metric_alert or issue; is this a Sentry webhook?")
		}
		return o.failed()
	})
}

// sentryResource says what a webhook is about: its header, else its data.
func sentryResource(h http.Header, data object) string {
	if r := h.Get("Sentry-Hook-Resource"); r != "" {
		return r
	}
	for _, r := range [][2]string{{"metric_alert", "metric_alert"}, {"event", "event_alert"}, {"issue", "issue"}, {"installation", "installation"}, {"error", "error"}} {
		if data.has(r[0]) {
			return r[1]
		}
	}
	return ""
}

func sentryEvent(data object) (engine.Alert, error) {
	event := data.child("event")
	tags := eventTags(event.m["tags"])
	named := lowered(tags)
	a := engine.Alert{
		ExternalID:  identity(event.id("event_id")),
		Fingerprint: issueKey(event.id("issue_id")),
		Status:      engine.Firing,
		Name:        line(data.text("triggered_rule"), maxName),
		Title:       line(event.text("title", "message"), maxTitle),
		Description: paragraphs(event.text("message"), event.child("metadata").looseText("value"), event.text("culprit")),
		Service:     line(cmp.Or(pick(named, "service"), projectIn(event.text("url")), event.id("project")), maxName),
		Component:   line(cmp.Or(pick(named, "server_name"), event.text("culprit")), maxName),
		Environment: line(cmp.Or(event.text("environment"), pick(named, "environment")), maxName),
		SeverityRaw: line(event.text("level"), maxName),
		Labels:      bound(tags),
		StartedAt:   event.time("datetime", "timestamp"),
	}
	if a.Fingerprint == "" {
		event.bad("issue_id", "missing; nothing says which issue this is")
	}
	a.Links = addLink(a.Links, "source", event.text("web_url"))
	describe(&a, tags, nil)
	return a, data.failed()
}

func sentryMetric(data object, action string) (engine.Alert, error) {
	alert := data.child("metric_alert")
	rule := alert.child("alert_rule")
	text := data.text("description_text")
	a := engine.Alert{
		ExternalID:  identity(alert.id("id")),
		Name:        line(rule.text("name"), maxName),
		Title:       line(cmp.Or(rule.text("name"), data.text("description_title"), alert.text("title")), maxTitle),
		Description: cutBytes(strings.ReplaceAll(text, `\n`, "\n"), maxDescription),
		Environment: line(rule.text("environment"), maxName),
		StartedAt:   alert.time("date_started", "date_detected"),
		Labels:      labelled(map[string]string{"aggregate": rule.text("aggregate"), "dataset": rule.text("dataset"), "query": rule.text("query")}),
	}
	if id := cmp.Or(rule.id("id"), alert.id("id", "identifier")); id != "" {
		a.Fingerprint = identity("metric:" + id)
	} else {
		alert.bad("id", "missing; nothing says which alert this is")
	}
	switch action {
	case "critical", "warning":
		a.Status, a.SeverityRaw = engine.Firing, action
	case "resolved":
		a.Status = engine.AlertResolved
		if end := alert.time("date_closed"); !end.IsZero() {
			a.EndedAt = &end
		}
	default:
		data.bad("metric_alert", "the action %.40q is not critical, warning or resolved", action)
	}
	a.Severity = engine.ParseSeverity(a.SeverityRaw)
	a.Value, a.Unit = amount(text)
	a.Threshold, a.Comparator = sentryThreshold(rule, action)
	if list, _ := alert.list("projects"); len(list) == 1 {
		if name, ok := list[0].(string); ok {
			a.Service = line(engine.Clean(name), maxName)
		}
	}
	a.Links = addLink(a.Links, "source", data.text("web_url"))
	return a, data.failed()
}

func sentryIssue(issue object, status engine.AlertStatus) (engine.Alert, error) {
	a := engine.Alert{
		ExternalID: identity(issue.id("shortId", "id")), Fingerprint: issueKey(issue.id("id")), Status: status,
		Title:       line(issue.text("title"), maxTitle),
		Description: paragraphs(issue.child("metadata").looseText("value"), issue.text("culprit")),
		Service:     line(issue.child("project").text("slug", "name"), maxName),
		SeverityRaw: line(issue.text("level"), maxName),
	}
	if a.Fingerprint == "" {
		issue.bad("id", "missing; nothing says which issue this is")
	}
	a.Severity = engine.ParseSeverity(a.SeverityRaw)
	a.Links = addLink(a.Links, "source", issue.text("web_url", "permalink"))
	return a, issue.failed()
}

func issueKey(id string) string {
	if id == "" {
		return ""
	}
	return identity("issue:" + id)
}

// sentryThreshold is the threshold of the rule's trigger that has fired.
func sentryThreshold(rule object, label string) (*float64, string) {
	for _, t := range rule.children("triggers") {
		if t.text("label") == label {
			comparator := "gt"
			if t.count("threshold_type")+rule.count("threshold_type") > 0 {
				comparator = "lt"
			}
			return t.number("alert_threshold", "alertThreshold"), comparator
		}
	}
	return nil, ""
}

// amount reads "1000 events in the last 10 minutes".
func amount(text string) (*float64, string) {
	m := regexp.MustCompile(`^([0-9][0-9.,]*)(%?)\s*([A-Za-z]{0,31}\b)?`).FindStringSubmatch(text)
	if m == nil {
		return nil, ""
	}
	return parseNumber(strings.ReplaceAll(m[1], ",", "")), cmp.Or(m[2], m[3])
}

// projectIn finds the project's name in an event's address at Sentry's API.
func projectIn(address string) string {
	_, rest, ok := strings.Cut(address, "/projects/")
	if p := strings.Split(rest, "/"); ok && len(p) > 1 {
		return p[1]
	}
	return ""
}

// eventTags reads a list of [name, value].
func eventTags(v any) map[string]string {
	out := make(map[string]string)
	list, _ := v.([]any)
	for _, item := range list {
		pair, _ := item.([]any)
		if len(pair) != 2 {
			continue
		}
		k, _ := pair[0].(string)
		v, _ := pair[1].(string)
		if k != "" && v != "" {
			out[engine.Clean(k)] = engine.Clean(v)
		}
	}
	return out
}
