package source

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"ragoffire/engine"
)

// Grafana reads the webhook contact point of Grafana's unified alerting, which
// speaks Alertmanager's format with more in it, and the notification channel of
// Grafana up to version 8.
func Grafana(in Input) (Parsed, error) {
	o, err := bodyObject(in)
	if err != nil {
		return Parsed{}, err
	}
	list, none := o.list("alerts")
	switch {
	case none && (o.has("ruleId") || o.has("ruleName") || o.has("evalMatches")):
		p := Parsed{Delivery: engine.Delivery{Source: in.Source}}
		if err := p.take(o, legacyGrafana); err != nil {
			return Parsed{}, err
		}
		p.Delivery.Expire = grafanaLasts(p.Delivery.Alerts)
		return p, nil
	case none:
		return Parsed{}, engine.Invalidf("alerts", "alerts: missing; is this a Grafana webhook with its own body?")
	}
	group := grafanaGroup{alertmanagerGroup: newAlertmanagerGroup(o)}
	group.base, _ = url.Parse(o.text("externalURL"))
	if err := o.failed(); err != nil {
		return Parsed{}, err
	}
	p, err := collect(in, list, "alerts", alerts(group.alert))
	p.Delivery.Truncated = group.truncated
	p.Delivery.Expire = grafanaLasts(p.Delivery.Alerts)
	return p, err
}

// testLasts is how long an alert lasts that a contact point's Test button sends:
// people want to see it arrive, and Grafana never says that it is over.
const testLasts = 10 * time.Minute

// grafanaLasts is how long alerts last: until Grafana ends them, unless they are
// such a test, of whatever version. A panel's rules are numbered from 1.
func grafanaLasts(list []engine.Alert) time.Duration {
	meant := func(a engine.Alert) bool {
		return (a.Labels["alertname"] != "TestAlert" || a.Labels["instance"] != "Grafana") && (a.Name != "Test notification" || a.ExternalID != "0")
	}
	if len(list) == 0 || slices.ContainsFunc(list, meant) {
		return 0
	}
	return testLasts
}

// grafanaGroup is what a webhook says of all its alerts.
type grafanaGroup struct {
	alertmanagerGroup
	base *url.URL // of Grafana; its own links may be relative to it
}

func (g grafanaGroup) alert(o object) (engine.Alert, error) {
	labels, annotations := o.labels("labels"), o.labels("annotations")
	a := g.begin(o, labels)
	a.ExternalID = identity(o.id("ruleUID"))
	a.Value = measured(refs(o))
	for _, l := range []struct{ rel, key string }{
		{"source", "generatorURL"}, {"dashboard", "dashboardURL"}, {"panel", "panelURL"}, {"silence", "silenceURL"}, {"image", "imageURL"},
	} {
		a.Links = addLink(a.Links, l.rel, g.absolute(o.text(l.key)))
	}
	a.Reason = line(annotations["grafana_state_reason"], maxName)
	// A rule without data, or one that cannot be evaluated, comes as an alert
	// with a name of its own, and says in a label which rule it is.
	switch name := labels["alertname"]; name {
	case "DatasourceNoData":
		a.Reason, a.Title = "no data", line("No data: "+cmp.Or(labels["rulename"], name), maxTitle)
	case "DatasourceError":
		a.Reason, a.Title = "error", line("Cannot be evaluated: "+cmp.Or(labels["rulename"], name), maxTitle)
	}
	a, err := complete(o, a, labels, annotations)
	if a.Service == "" {
		a.Service = line(labels["grafana_folder"], maxName)
	}
	return a, err
}

// absolute makes one of Grafana's own links one that a browser may open.
func (g grafanaGroup) absolute(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || address == "" || g.base == nil || u.IsAbs() {
		return address
	}
	return g.base.ResolveReference(u).String()
}

// legacyGrafana reads what an alert of a dashboard's panel sends. An ok has no
// matches, so the series is the rule.
func legacyGrafana(o object, to *engine.Delivery) error {
	id := identity(o.id("ruleId"))
	a := engine.Alert{
		Source: to.Source, ExternalID: id, Fingerprint: id,
		Name:        line(o.text("ruleName"), maxName),
		Title:       line(o.text("ruleName", "title"), maxTitle),
		Description: cutBytes(o.text("message"), maxDescription),
	}
	state := o.text("state")
	switch state {
	case "pending", "paused", "unknown":
		return o.failed()
	case "no_data":
		a.Status, a.Reason = engine.Firing, "no data"
	default:
		status, ok := parseStatus(state)
		if !ok {
			o.bad("state", "%.40q is not alerting, ok, no_data, pending or paused", state)
		}
		a.Status = status
	}
	if id == "" {
		o.bad("ruleId", "missing; nothing says which rule this is")
	}
	matches := o.children("evalMatches")
	labels := sharedTags(matches)
	for k, v := range o.labels("tags") { // the rule's own word counts
		labels[k] = v
	}
	a.Labels = bound(labels)
	a.Value = onlyValue(matches)
	a.Links = addLink(a.Links, "source", o.text("ruleUrl"))
	a.Links = addLink(a.Links, "image", o.text("imageUrl"))
	describe(&a, labels, nil)
	if err := o.failed(); err != nil {
		return err
	}
	to.Alerts = append(to.Alerts, a)
	return nil
}

// sharedTags are the tags that all matches of a rule have.
func sharedTags(matches []object) map[string]string {
	shared := make(map[string]string)
	for n, m := range matches {
		tags := m.labels("tags")
		if n == 0 {
			for k, v := range tags {
				shared[k] = v
			}
		}
		for k, v := range shared {
			if tags[k] != v {
				delete(shared, k)
			}
		}
	}
	return shared
}

// onlyValue is the value of the matches where they agree.
func onlyValue(matches []object) *float64 {
	var only *float64
	for _, m := range matches {
		v := m.number("value")
		if v == nil || only != nil && *only != *v {
			return nil
		}
		only = v
	}
	return only
}
