package source

import (
	"cmp"
	"strings"

	"ragoffire/engine"
)

// Generic reads our own format, for senders that can be told what to send: one
// alert as an object, several as a list or under "alerts". Any one of
// error_type, title and description is enough. A member with a kind such as
// deploy is not an alert but a change that somebody made on purpose, and one of
// the kind heartbeat a sign of life.
func Generic(in Input) (Parsed, error) {
	body, err := decode(in.Body)
	if err != nil {
		return Parsed{}, err
	}
	if list, ok := body.([]any); ok {
		return collect(in, list, "", generic)
	}
	o, err := asObject(body, "")
	if err != nil {
		return Parsed{}, err
	}
	if list, missing := o.list("alerts"); !missing {
		if err := o.failed(); err != nil {
			return Parsed{}, err
		}
		return collect(in, list, "alerts", generic)
	}
	p := Parsed{Delivery: engine.Delivery{Source: in.Source}}
	if err := generic(o, &p.Delivery); err != nil {
		return Parsed{}, err
	}
	return p, nil
}

func generic(o object, to *engine.Delivery) error {
	kind, _ := o.m["kind"].(string)
	switch kind = strings.ToLower(strings.TrimSpace(kind)); {
	case kind == "heartbeat":
		b := engine.Beat{Name: line(o.text("name"), maxName), At: o.time("at", "timestamp", "started_at")}
		if b.Name == "" {
			o.bad("name", "missing; it says which heartbeat of the config this is")
		}
		if err := o.failed(); err != nil {
			return err
		}
		to.Beats = append(to.Beats, b)
		return nil
	case isChange(kind):
		c, err := genericChange(o, kind)
		if err != nil {
			return err
		}
		c.ID = changeID(to.Source, c.ID)
		to.Changes = append(to.Changes, c)
		return nil
	}
	return alerts(genericAlert)(o, to)
}

// isChange reports whether a kind of member is a change.
func isChange(kind string) bool {
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "change", "deploy", "config", "flag", "migration":
		return true
	}
	return false
}

// genericChange reads what somebody did to a service on purpose; kind is the
// body's word for it, and change says nothing of what it was.
func genericChange(o object, kind string) (engine.Change, error) {
	c := engine.Change{
		ID:          identity(o.id("id", "external_id")),
		Kind:        line(o.text("type"), maxName),
		Service:     line(o.text("service"), maxName),
		Environment: line(o.text("environment", "env"), maxName),
		Title:       line(o.text("title", "summary", "description"), maxTitle),
		Ref:         line(o.id("ref", "version", "commit", "sha"), maxName),
		Actor:       line(o.text("actor", "user", "author"), maxName),
		URL:         strings.TrimSpace(o.text("url", "link")),
		At:          o.time("at", "timestamp", "started_at"),
	}
	if c.Kind == "" || kind != "change" {
		c.Kind = kind
	}
	if len(c.URL) > maxURL {
		c.URL = ""
	}
	if c.Service == "" {
		o.bad("service", "missing; a change is something done to a service")
	}
	return c, o.failed()
}

func genericAlert(o object) (engine.Alert, error) {
	labels := o.labels("labels")
	a := engine.Alert{
		ExternalID:  identity(o.id("external_id", "id")),
		Fingerprint: identity(o.id("fingerprint", "alert_uid", "dedup_key")),
		Name:        line(o.text("name", "alertname"), maxName),
		Title:       line(o.text("title", "summary"), maxTitle),
		Description: cutBytes(o.text("description", "message"), maxDescription),
		ErrorType:   line(o.text("error_type"), maxName),
		Service:     line(o.text("service"), maxName),
		Component:   line(o.text("component"), maxName),
		Environment: line(o.text("environment", "env"), maxName),
		SeverityRaw: line(o.id("severity", "priority"), maxName),
		Labels:      bound(labels),
		StartedAt:   o.time("started_at", "startsAt", "timestamp"),
		Value:       o.number("value"),
		Threshold:   o.number("threshold"),
		Comparator:  parseComparator(o.text("comparator")),
		Unit:        line(o.text("unit"), 32),
		Spike:       o.number("spike_percentage", "spike"),
		GroupKey:    identity(o.id("group_key")),
		Reason:      line(o.text("reason"), maxName),
	}
	a.Status = genericStatus(o)
	if end := o.time("ended_at", "endsAt"); a.Status == engine.AlertResolved && !end.IsZero() {
		a.EndedAt = &end
	}
	if a.Spike == nil {
		a.Spike = increase(a.Value, o.number("baseline"))
	}
	a.Links = genericLinks(o)
	describe(&a, labels, nil)
	if a.ErrorType == "" && a.Title == "" && a.Description == "" {
		o.bad("error_type", "missing; one of error_type, title and description is needed")
	}
	return a, o.failed()
}

// genericStatus is firing where the body doesn't say.
func genericStatus(o object) engine.AlertStatus {
	word := o.text("status", "state")
	if word == "" {
		return engine.Firing
	}
	status, ok := parseStatus(word)
	if !ok {
		key, _ := o.first([]string{"status", "state"})
		o.bad(key, "%.40q is not firing, acknowledged or resolved", word)
	}
	return status
}

// genericLinks reads a list of addresses or of {"rel", "url"}, and the fields
// that hold one by custom.
func genericLinks(o object) []engine.Link {
	var links []engine.Link
	items, _ := o.list("links")
	for i, v := range items {
		if s, ok := v.(string); ok {
			links = addLink(links, "source", s)
			continue
		}
		l, err := asObject(v, index(o.path("links"), i))
		if err != nil {
			o.bad("links", "must be a list of addresses or of objects with rel and url")
			break
		}
		links = addLink(links, cmp.Or(line(l.text("rel"), 32), "source"), l.text("url", "href"))
		if err := l.failed(); err != nil && *o.fail == nil {
			*o.fail = err
		}
	}
	links = addLink(links, "source", o.text("generator_url", "generatorURL", "link_to_upstream_details", "url"))
	for _, l := range linkKeys() {
		links = addLink(links, l.rel, o.text(l.keys[0]))
	}
	return links
}
