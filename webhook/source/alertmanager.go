package source

import (
	"ragoffire/engine"
)

// Alertmanager reads the webhook of Prometheus's Alertmanager, versions 3 and
// 4, and of what speaks its format. Each alert's own status counts: a group
// that fires has members that are already resolved, and the group's last
// message no longer names them.
func Alertmanager(in Input) (Parsed, error) {
	o, err := bodyObject(in)
	if err != nil {
		return Parsed{}, err
	}
	list, missing := o.list("alerts")
	if missing {
		return Parsed{}, engine.Invalidf("alerts", "alerts: missing; is this an Alertmanager webhook?")
	}
	group := newAlertmanagerGroup(o)
	if err := o.failed(); err != nil {
		return Parsed{}, err
	}
	p, err := collect(in, list, "alerts", alerts(group.alert))
	p.Delivery.Truncated = group.truncated
	return p, err
}

// alertmanagerGroup is what a webhook says of all its alerts.
type alertmanagerGroup struct {
	status, key, reason string
	silences            string // the address of the sender's page for silences
	truncated           int
}

func newAlertmanagerGroup(o object) alertmanagerGroup {
	g := alertmanagerGroup{
		status:    o.text("status"),
		silences:  engine.SilencePage(o.text("externalURL")),
		reason:    line(o.text("notification_reason"), maxName),
		truncated: o.count("truncatedAlerts"),
	}
	// Without group_by there are no group labels, and the key is the route's:
	// it would put everything that fires into one incident.
	if labels := o.labels("groupLabels"); len(labels) > 0 {
		g.key = identity(o.id("groupKey"))
	}
	return g
}

func (g alertmanagerGroup) alert(o object) (engine.Alert, error) {
	labels, annotations := o.labels("labels"), o.labels("annotations")
	a := g.begin(o, labels)
	a.Links = addLink(a.Links, "source", o.text("generatorURL"))
	a, err := complete(o, a, labels, annotations)
	// Ours, and so an address.
	if link := engine.SilenceLink(g.silences, labels); link != "" && len(link) <= maxURL && len(a.Links) < maxLinks {
		a.Links = append(a.Links, engine.Link{Rel: "silence", URL: link})
	}
	return a, err
}

// begin reads what stands in fields of their own.
func (g alertmanagerGroup) begin(o object, labels map[string]string) engine.Alert {
	a := engine.Alert{
		Fingerprint: identity(o.id("fingerprint")),
		Labels:      bound(labels),
		StartedAt:   o.time("startsAt"),
		GroupKey:    g.key,
		Reason:      g.reason,
	}
	word := o.text("status")
	if word == "" {
		word = g.status
	}
	status, ok := parseStatus(word)
	if !ok {
		o.bad("status", "%.40q is not firing or resolved", word)
	}
	a.Status = status
	// While it fires, endsAt is a guess of the sender's, or year 1.
	if end := o.time("endsAt"); status == engine.AlertResolved && !end.IsZero() {
		a.EndedAt = &end
	}
	return a
}

// complete adds what labels and annotations say.
func complete(o object, a engine.Alert, labels, annotations map[string]string) (engine.Alert, error) {
	describe(&a, labels, annotations)
	if a.Fingerprint == "" {
		if len(labels) == 0 {
			o.bad("labels", "missing, and there is no fingerprint; nothing says which series this is")
		}
		a.Fingerprint = engine.HashFingerprint("", "", labels)
	}
	return a, o.failed()
}
