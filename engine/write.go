package engine

import (
	"context"
	"slices"
)

// write stores what the alerts changed, with its events, posts and jobs.
func (in *intake) write(ctx context.Context) error {
	if err := in.number(ctx); err != nil {
		return err
	}
	var alerts []Alert
	written := make(map[*Alert]bool)
	for _, a := range slices.Concat(in.changedAlerts, in.touchedAlerts) {
		if written[a] {
			continue
		}
		written[a] = true
		if home := in.homes[a]; home != nil {
			a.IncidentID = home.ID
		}
		alerts = append(alerts, *a)
	}
	var incidents []Incident
	for _, i := range in.changedIncidents {
		incidents = append(incidents, *i)
	}
	if err := in.tx.PutIncidents(ctx, incidents); err != nil {
		return err
	}
	if err := in.tx.PutAlerts(ctx, alerts); err != nil {
		return err
	}
	if err := in.tx.Emit(ctx, in.events()...); err != nil {
		return err
	}
	return in.announce(ctx)
}

// number gives the new incidents their ids.
func (in *intake) number(ctx context.Context) error {
	var fresh []*Incident
	for _, i := range in.changedIncidents {
		if i.ID == "" {
			fresh = append(fresh, i)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	ids, err := in.tx.NumberIncidents(ctx, in.now.Year(), len(fresh))
	if err != nil {
		return err
	}
	for n, i := range fresh {
		i.ID = ids[n]
	}
	return nil
}

func (in *intake) events() []Event {
	events := make([]Event, 0, len(in.changedAlerts)+len(in.changedIncidents))
	for _, a := range in.changedAlerts {
		events = append(events, EventOf(EventAnomaly, in.now, a.ID))
	}
	for _, i := range in.changedIncidents {
		events = append(events, EventOf(EventIncident, in.now, i.ID))
	}
	return events
}

// announce writes the timelines, wants the posts and asks for the jobs.
func (in *intake) announce(ctx context.Context) error {
	var entries []Entry
	w := newWants(in.now)
	if err := in.hold(w); err != nil {
		return err
	}
	for _, i := range in.surfaced {
		if err := surface(ctx, in.tx, i, w); err != nil {
			return err
		}
	}
	for _, i := range in.changedIncidents {
		w.incident(i)
		if i.Muted != nil && i.Live() {
			at := i.Muted.Until
			if slices.Contains(in.loud, i) {
				at = in.now
			}
			w.jobs = append(w.jobs, Job{Kind: JobUnmute, Subject: i.ID, At: at})
		}
	}
	for _, i := range in.refuted {
		if err := in.engine.reconsiders(ctx, in.tx, i, in.now); err != nil {
			return err
		}
	}
	for _, i := range in.urgent {
		w.jobs = append(w.jobs, in.engine.escalateJobs(i)...)
	}
	for _, c := range in.changes {
		c.entry.IncidentID = c.incident.ID
		w.jobs = append(w.jobs, in.engine.dependJobs(c.incident)...)
		entries = append(entries, c.entry)
		if c.notice != nil {
			w.jobs = append(w.jobs, in.engine.remindJobs(c.incident)...) // what got worse may need updates from now on
			if err := w.notice(c.incident, c.entry.ID, *c.notice); err != nil {
				return err
			}
		}
		switch {
		case c.opened:
			w.jobs = append(w.jobs, Job{Kind: JobDecide, Subject: c.incident.ID})
			if in.engine.cfg.Meter.Range != nil {
				w.jobs = append(w.jobs, Job{Kind: JobEnrich, Subject: c.incident.ID, At: in.now.Add(enrichAfter)})
			}
		case c.entry.Kind == "joined" || c.entry.Kind == "worse":
			w.jobs = append(w.jobs, Job{Kind: JobDecide, Subject: c.incident.ID, At: in.now.Add(decideAfter)})
		case c.entry.Kind == "all_clear":
			w.jobs = append(w.jobs, Job{Kind: JobAsk, Subject: c.incident.ID})
		}
		if c.entry.Kind == "joined" {
			w.joined(c.incident)
		}
		if c.incident.Flapping() {
			w.jobs = append(w.jobs, Job{Kind: JobCalm, Subject: c.incident.ID, At: c.incident.FlappedAt.Add(flapCalm)})
		}
	}
	if err := in.tx.Note(ctx, entries...); err != nil {
		return err
	}
	return w.write(ctx, in.tx)
}

// name fills in the ids that a receipt's alerts got.
func (in *intake) name(r *Receipt) {
	for n := range r.Alerts {
		ep := in.results[0]
		in.results = in.results[1:]
		r.Alerts[n].AlertID = ep.ID
		if home := in.homes[ep]; home != nil {
			r.Alerts[n].IncidentID = home.ID
		}
	}
}
