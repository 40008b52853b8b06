package bot

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"ragoffire/engine"
)

// shownAlerts is how many alerts of an incident are told one by one.
const shownAlerts = 8

// alert is the plain alert: the first reply in an incident's thread, there
// before anything is decided. It is edited as alerts join and end.
func (r *renderer) alert(d *engine.Detail) *message {
	alerts := episodes(d.Alerts)
	slices.SortStableFunc(alerts, func(a, b engine.Alert) int { return a.StartedAt.Compare(b.StartedAt) })
	m := &message{text: "Alert: " + r.notify(headline(&d.Incident), 200)}
	if len(alerts) == 0 {
		m.add(section(r.esc(headline(&d.Incident), maxLine), r.symptomOf(&d.Incident), r.declaredBy(&d.Incident)))
		return m.fit()
	}
	for n := range alerts[:min(len(alerts), shownAlerts)] {
		m.add(section(r.alertLines(&alerts[n])...))
	}
	m.add(section(r.measured(&d.Incident)))
	if more := len(alerts) - shownAlerts; more > 0 {
		m.add(footnote("and " + count(more, "more alert") + ", the last " + clock(alerts[len(alerts)-1].StartedAt)))
	}
	return m.fit()
}

func (r *renderer) alertLines(a *engine.Alert) []string {
	state := "🔴"
	when := since(a.StartedAt)
	if a.Status == engine.AlertResolved {
		state = "🟢"
		if a.EndedAt != nil {
			when = "ended " + clock(*a.EndedAt) + ", after " + span(a.StartedAt, *a.EndedAt)
		}
	}
	spike := ""
	if a.Spike != nil {
		spike = change(*a.Spike)
	}
	joined := ""
	if a.Joined != "" {
		joined = "_in this incident: " + r.esc(strings.ReplaceAll(a.Joined, "_", " "), maxTitle) + "_"
	}
	return []string{
		state + " " + join("*"+r.bold(a.Summary(), maxTitle)+"*", r.esc(a.Component, maxName), r.measure(a), spike),
		join(r.severityOf(a), when, often(a), "from "+r.esc(a.Source, maxName)),
		r.esc(a.Description, maxLine),
		r.labels(a),
		r.links(a),
		joined,
	}
}

// often says how often an alert fired of late, where the config counts that.
func often(a *engine.Alert) string {
	if len(a.Fired) < 2 {
		return ""
	}
	return "fired " + times(len(a.Fired)) + " since " + clock(a.Fired[0])
}

// bold is text that stands between asterisks: its own would end the bold early.
func (r *renderer) bold(s string, limit int) string {
	return r.esc(strings.ReplaceAll(s, "*", "∗"), limit)
}

func (r *renderer) severityOf(a *engine.Alert) string {
	if a.Severity == engine.SeverityUnknown && a.SeverityRaw != "" {
		return "severity " + r.esc(a.SeverityRaw, 40)
	}
	return severity(a.Severity)
}

// telling are the labels worth reading first, wherever monitoring comes from.
var telling = []string{
	"cluster", "region", "zone", "namespace", "deployment", "job", "instance", "pod", "node", "host", "queue", "database", "route", "version",
}

// labels shows the labels that matter and counts the rest.
func (r *renderer) labels(a *engine.Alert) string {
	told := []string{a.Name, a.Service, a.Environment, a.Component, string(a.Severity), a.SeverityRaw, a.ErrorType}
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(a.Labels)), func(k string) bool {
		return a.Labels[k] == "" || slices.Contains(told, a.Labels[k])
	})
	rank := func(k string) int {
		if n := slices.Index(telling, k); n >= 0 {
			return n
		}
		return len(telling)
	}
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	const shown = 6
	var parts []string
	for _, k := range keys[:min(len(keys), shown)] {
		parts = append(parts, "`"+r.esc(k, 40)+"="+r.esc(a.Labels[k], maxName)+"`")
	}
	if more := len(keys) - shown; more > 0 {
		parts = append(parts, "+"+count(more, "label"))
	}
	return strings.Join(parts, " ")
}

// links shows an alert's own addresses: as links where the host is allowed,
// else as text that leads nowhere.
func (r *renderer) links(a *engine.Alert) string {
	var parts []string
	for _, l := range a.Links[:min(len(a.Links), 4)] {
		name := title(cmp.Or(l.Rel, "link"))
		if link := r.link(l.URL, name); link != "" {
			parts = append(parts, link)
		} else if l.URL != "" {
			parts = append(parts, r.esc(name, 40)+": "+r.esc(l.URL, 200))
		}
	}
	return join(parts...)
}
