package source

import (
	"cmp"
	"strings"
	"time"

	"ragoffire/engine"
)

// PagerDuty reads V3 webhooks. Each names an incident there and how it stands;
// what is about something else, or a test, is understood and changes nothing.
func PagerDuty(in Input) (Parsed, error) {
	return single(in, func(o object, to *engine.Delivery) error {
		if !o.has("event") {
			o.bad("event", "missing; is this a PagerDuty V3 webhook?")
		}
		event := o.child("event")
		name := event.text("event_type")
		if name == "" {
			event.bad("event_type", "missing")
		}
		if err := o.failed(); err != nil {
			return err
		}
		data := event.child("data")
		if name == "incident.annotated" || name == "incident.status_update_published" {
			return pagerDutyRemark(event, data, to)
		}
		status, ok := pagerDutyStatus(name, data)
		if !ok || data.text("type") != "incident" {
			return o.failed()
		}
		return alerts(func(object) (engine.Alert, error) { return pagerDutyIncident(event, data, name, status) })(o, to)
	})
}

// pagerDutyStatus says how an incident stands after an event. Of the events
// that don't change it, such as a new priority, the incident itself says.
func pagerDutyStatus(name string, data object) (engine.AlertStatus, bool) {
	switch name {
	case "incident.triggered", "incident.reopened", "incident.unacknowledged":
		return engine.Firing, true
	case "incident.acknowledged":
		return engine.AlertAcknowledged, true
	case "incident.resolved":
		return engine.AlertResolved, true
	}
	if !strings.HasPrefix(name, "incident.") {
		return "", false
	}
	return parseStatus(data.text("status"))
}

func pagerDutyIncident(event, data object, name string, status engine.AlertStatus) (engine.Alert, error) {
	id := identity(data.id("id"))
	if id == "" {
		data.bad("id", "missing; nothing says which incident this is")
	}
	service, priority, at := data.child("service"), data.child("priority"), event.time("occurred_at")
	a := engine.Alert{
		ExternalID: id, Fingerprint: id, Status: status,
		Title:       line(data.text("title", "summary"), maxTitle),
		Service:     line(service.text("summary", "name"), maxName),
		SeverityRaw: line(cmp.Or(priority.text("summary", "name"), data.text("urgency")), maxName),
		StartedAt:   later(data.time("created_at"), data.time("reopened_at")),
		Reason:      line(name, maxName),
		Labels: labelled(map[string]string{
			"urgency": data.text("urgency"), "priority": priority.text("summary"),
			"escalation_policy": data.child("escalation_policy").text("summary"), "incident_number": data.id("number"),
		}),
	}
	switch {
	case name == "incident.reopened":
		a.StartedAt = later(data.time("reopened_at"), at)
	case name == "incident.triggered" && a.StartedAt.IsZero():
		a.StartedAt = at
	}
	if status == engine.AlertResolved && !at.IsZero() {
		a.EndedAt = &at
	}
	a.Severity = engine.ParseSeverity(a.SeverityRaw)
	if teams := data.children("teams"); len(teams) == 1 {
		a.Labels["team"] = prefix(teams[0].text("summary"), maxLabelValue)
	}
	a.Links = addLink(a.Links, "source", data.text("html_url"))
	a.Links = addLink(a.Links, "bridge", data.child("conference_bridge").text("conference_url"))
	return a, event.failed()
}

// pagerDutyRemark reads a note, or a status that was published.
func pagerDutyRemark(event, data object, to *engine.Delivery) error {
	r := engine.Remark{
		ID: identity(cmp.Or(data.id("id"), event.id("id"))), Fingerprint: identity(data.child("incident").id("id")),
		Actor: line(event.child("agent").text("summary"), maxName),
		Text:  cutBytes(data.text("content", "message"), maxDescription), At: event.time("occurred_at"),
	}
	if err := event.failed(); err != nil || r.Fingerprint == "" || r.Text == "" {
		return err
	}
	to.Remarks = append(to.Remarks, r)
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
