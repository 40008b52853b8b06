package source

import (
	"cmp"
	"strings"
	"time"

	"ragoffire/engine"
)

// PagerDutyEvents reads what is sent to PagerDuty's Events API v2, alerts and
// changes, so that whatever can page PagerDuty can send here. Its answers are
// PagerDuty's, too: clients look for the dedup_key that they resolve by.
func PagerDutyEvents(in Input) (Parsed, error) {
	answer := map[string]string{"status": "success", "message": "Event processed"}
	p, err := single(in, func(o object, to *engine.Delivery) error {
		delete(o.m, "routing_key") // a secret; it was looked at before
		if !o.has("event_action") && o.has("payload") {
			answer["message"] = "Change event processed"
			return changes(pagerDutyChange)(o, to)
		}
		return alerts(func(o object) (engine.Alert, error) {
			a, err := pagerDutyEvent(o)
			answer["dedup_key"] = cmp.Or(o.id("dedup_key"), a.Fingerprint)
			return a, err
		})(o, to)
	})
	p.Answer = answer
	return p, err
}

func pagerDutyEvent(o object) (engine.Alert, error) {
	payload := o.child("payload")
	details := payload.details("custom_details")
	named := lowered(details)
	a := engine.Alert{
		Fingerprint: identity(o.id("dedup_key")),
		Name:        line(payload.text("class"), maxName),
		Title:       line(payload.text("summary"), maxTitle),
		// A group is what PagerDuty calls the parts of one service.
		Service:     line(cmp.Or(pick(named, "service", "service_name", "service.name"), payload.text("group")), maxName),
		Component:   line(payload.text("component", "source"), maxName),
		Environment: line(pick(named, "environment", "env"), maxName),
		ErrorType:   line(named["error_type"], maxName),
		SeverityRaw: line(payload.text("severity"), maxName),
		StartedAt:   payload.time("timestamp"),
		Labels: labelled(map[string]string{
			"source": payload.text("source"), "component": payload.text("component"), "group": payload.text("group"),
			"class": payload.text("class"), "client": o.text("client"),
		}),
	}
	switch action := o.text("event_action"); strings.ToLower(action) {
	case "trigger":
		a.Status = engine.Firing
		if a.Title == "" {
			payload.bad("summary", "missing; an alert needs one")
		}
	case "acknowledge":
		a.Status = engine.AlertAcknowledged
	case "resolve":
		a.Status = engine.AlertResolved
		if at := a.StartedAt; !at.IsZero() { // of the event, not of the alert
			a.EndedAt = &at
		}
		a.StartedAt = time.Time{}
	default:
		o.bad("event_action", "%.40q is not trigger, acknowledge or resolve", action)
	}
	if a.Fingerprint == "" {
		if a.Status != engine.Firing {
			o.bad("dedup_key", "missing; nothing says which alert this is about")
		}
		a.Fingerprint = engine.HashFingerprint(noDigits(a.Title), a.Service, map[string]string{
			"source": payload.text("source"), "component": payload.text("component"), "class": payload.text("class"),
		})
	}
	a.Description = paragraphs(pick(named, "description", "message", "details"))
	if a.Description == "" {
		a.Description = cutBytes(cmp.Or(listing(details), payload.looseText("custom_details")), maxDescription)
	}
	a.Links = addLink(a.Links, "source", o.text("client_url"))
	for _, l := range o.children("links") {
		a.Links = addLink(a.Links, cmp.Or(line(l.text("text"), 32), "source"), l.text("href"))
	}
	for _, l := range o.children("images") {
		a.Links = addLink(a.Links, "image", l.text("src"))
	}
	describe(&a, nil, details)
	return a, o.failed()
}

// pagerDutyChange reads a change event. It has no id, so what it says is its
// identity; one without a time is one each time it comes.
func pagerDutyChange(o object) (engine.Change, bool, error) {
	payload := o.child("payload")
	details := lowered(payload.details("custom_details"))
	c := engine.Change{
		Kind:        cmp.Or(pick(details, "type", "kind"), "change"),
		Service:     cmp.Or(pick(details, "service", "service_name", "service.name"), payload.text("source")),
		Environment: pick(details, "environment", "env"),
		Title:       payload.text("summary"),
		Ref:         pick(details, "ref", "version", "commit", "sha", "revision"),
		Actor:       pick(details, "actor", "user", "author"),
		At:          payload.time("timestamp"),
	}
	for _, l := range o.children("links") {
		c.URL = cmp.Or(c.URL, l.text("href"))
	}
	if c.Title == "" {
		payload.bad("summary", "missing; a change needs one")
	}
	if c.Service == "" {
		payload.bad("source", "missing; a change is something done to a service")
	}
	return c, true, o.failed()
}

// looseText reads a text where senders may also send something else.
func (o object) looseText(key string) string {
	s, _ := o.m[key].(string)
	return engine.Clean(s)
}

// noDigits is a text without its numbers, which change with each delivery.
func noDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}
