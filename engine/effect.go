package engine

import (
	"cmp"
	"slices"
	"time"
)

// end closes an episode that a newer one replaces.
func (in *intake) end(ep *Alert, at time.Time) {
	ep.Status, ep.EndedAt = AlertResolved, &at
	if home := in.homes[ep]; home != nil {
		home.Firing = max(0, home.Firing-1)
		in.changed(home)
	}
	in.touch(ep)
}

// open finds the incident of a new episode, or opens one.
func (in *intake) open(ep *Alert) {
	for _, i := range in.incidents {
		if why, ok := in.joins(i, ep); ok {
			ep.Joined, ep.Held = why, false
			in.join(i, ep)
			return
		}
	}
	held, often := in.holds(ep)
	if ep.Held = held; held {
		return
	}
	i := ep.incident(in.now)
	in.send(i, ep)
	in.incidents = append([]*Incident{i}, in.incidents...)
	in.homes[ep] = i
	in.changed(i)
	in.changes = append(in.changes, incidentChange{incident: i, opened: true, entry: in.entry("fired", ep.Summary()+often)})
	if i.Muted != nil {
		in.record(i, "silenced", i.Muted.Words(), nil)
	}
	in.urge(i)
}

// incident is what a new episode opens.
func (a *Alert) incident(now time.Time) *Incident {
	return &Incident{
		Title: a.Summary(), Status: Open, Severity: a.Severity, Service: a.Service, Environment: a.Environment,
		ErrorType: a.ErrorType, Spike: a.Spike, Symptom: a.symptom(), Source: a.Source, Fingerprint: a.Fingerprint, Rule: a.rule(),
		Labels: a.Labels, StartedAt: a.StartedAt, GroupKey: a.GroupKey, LastSeriesAt: cmp.Or(a.ReceivedAt, now), Firing: 1, Series: 1,
	}
}

func (in *intake) join(i *Incident, ep *Alert) {
	was, before := i.Severity, i.Firing
	i.Firing++
	i.Series++
	i.LastSeriesAt, i.ClearedAt = later(i.LastSeriesAt, ep.ReceivedAt), nil
	in.homes[ep] = i
	in.unmute(i, ep)
	notice := in.worse(i, ep, was, before)
	if ep.Service != "" && ep.Service != i.Service && !slices.Contains(i.Services, ep.Service) {
		if len(i.Services) == 0 && i.Service != "" {
			i.Services = []string{i.Service}
		}
		i.Services = append(i.Services, ep.Service)
		if notice == nil {
			notice = &Notice{What: "new_service", Names: []string{ep.Service}, Was: before, Now: i.Firing}
		}
	}
	i.learn(ep)
	if i.AcknowledgedAt != nil {
		i.SinceAck++
		if notice == nil && i.SinceAck == 1 {
			notice = &Notice{What: "new_alert", Names: []string{ep.Summary()}, Was: before, Now: i.Firing}
		}
	}
	in.record(i, "joined", ep.Summary()+": "+ep.Joined, notice)
}

// again takes up an episode that follows soon on one that ended: the incident
// it stood in goes on.
func (in *intake) again(prev, ep *Alert) {
	home := in.homes[prev]
	if home == nil || home.Historical {
		in.open(ep)
		return
	}
	in.homes[ep] = home
	ep.Joined = "the same series fired again"
	ep.Refired = prev.refired(ep.StartedAt)
	home.Firing++
	home.LastSeriesAt = later(home.LastSeriesAt, ep.ReceivedAt)
	if m := in.engine.muted(ep, in.silences, in.now); m != nil && (home.Status == Resolved || home.Firing == 1) {
		home.Muted = m
	}
	in.unmute(home, ep)
	was := home.Flapping()
	starts := home.flap(ep, in.now)
	if home.Status != Resolved {
		notice := cmp.Or(in.worse(home, ep, home.Severity, home.Firing-1), starts)
		if at := home.ClearedAt; at != nil && notice == nil && !was {
			notice = &Notice{What: "fired_again", After: Span(max(0, ep.StartedAt.Sub(*at))), Now: home.Firing}
		}
		home.ClearedAt = nil
		in.record(home, "fired", ep.Summary()+" fires again", notice)
		return
	}
	quiet := ep.StartedAt.Sub(*home.ResolvedAt)
	if home.Resolution != "" || home.DuplicateOf != "" {
		in.refuted = append(in.refuted, home) // it was not that; the timeline keeps what was said
	}
	home.Status, home.ResolvedAt, home.ResolvedBy, home.Reason = Open, nil, "", ""
	home.Resolution, home.RootCause, home.DuplicateOf = "", "", ""
	home.AcknowledgedAt, home.AcknowledgedBy, home.SinceAck = nil, "", 0
	home.Reopened++
	if was && !home.UrgentAt.IsZero() {
		in.urgent = append(in.urgent, home) // the clock goes on: it was never calm
	} else {
		in.urge(home)
	}
	notice := &Notice{What: "fired_again", After: Span(max(0, quiet)), Now: home.Firing}
	text := "fired again after " + notice.After
	if home.Flapping() {
		notice = starts
	}
	in.record(home, "reopened", text, notice)
}

func (in *intake) update(ep *Alert) {
	home := in.homes[ep]
	if home == nil {
		return
	}
	if home.Muted != nil && in.engine.muted(ep, in.silences, in.now) == nil {
		in.loud = append(in.loud, home)
	}
	notice := in.worse(home, ep, home.Severity, home.Firing)
	home.learn(ep)
	if notice != nil {
		in.record(home, "worse", ep.Summary()+" is now "+string(ep.Severity), notice)
		return
	}
	in.changed(home)
}

func (in *intake) resolve(ep *Alert) {
	home := in.homes[ep]
	if home == nil {
		return
	}
	home.Firing = max(0, home.Firing-1)
	if home.Firing > 0 || home.Status == Resolved {
		in.record(home, "note", ep.Summary()+" ended", nil)
		return
	}
	ended := *ep.EndedAt
	text, notice := home.end(ended), home.clearNotice(ended)
	if home.Flapping() {
		now := in.now
		home.FlappedAt, notice = &now, nil // it will be said once it is calm
	}
	in.record(home, "all_clear", text, notice)
}

// worse raises the incident's severity to the alert's, and returns what to say.
func (in *intake) worse(i *Incident, ep *Alert, was Severity, before int) *Notice {
	if !i.overruledBy(ep.Severity) {
		return nil
	}
	i.Severity, i.SeverityBy = ep.Severity, ""
	in.reroute(i)
	if i.Severity == SeverityCritical && i.ID != "" && !slices.Contains(in.surfaced, i) {
		in.surfaced = append(in.surfaced, i) // a storm's digest may tell it until now
	}
	in.urge(i)
	return &Notice{What: "worse", From: was, To: ep.Severity, Was: before, Now: i.Firing}
}

// learn takes over what an alert knows and its incident does not, and the
// largest spike of its kind.
func (i *Incident) learn(ep *Alert) {
	if i.ErrorType == "" {
		i.ErrorType = ep.ErrorType
	}
	if ep.Spike != nil && (i.Spike == nil || ep.ErrorType == i.ErrorType && *ep.Spike > *i.Spike) {
		i.Spike = ep.Spike
	}
}

func (in *intake) changed(i *Incident) {
	i.touch(in.now)
	if !slices.Contains(in.changedIncidents, i) {
		in.changedIncidents = append(in.changedIncidents, i)
	}
}

func (in *intake) record(i *Incident, kind, text string, notice *Notice) {
	in.changed(i)
	if i.Muted != nil {
		notice = nil
	}
	in.changes = append(in.changes, incidentChange{incident: i, entry: in.entry(kind, text), notice: notice})
}

func (in *intake) entry(kind, text string) Entry {
	return Entry{ID: newID("ent_", in.now), At: in.now, Kind: kind, Text: text}
}
