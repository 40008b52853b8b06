package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
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
	events, err := in.events()
	if err != nil {
		return err
	}
	if err := in.tx.Emit(ctx, events...); err != nil {
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

func (in *intake) events() ([]Event, error) {
	var events []Event
	for _, a := range in.changedAlerts {
		ev, err := NewEvent(EventAnomaly, in.now, a)
		if err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	for _, i := range in.changedIncidents {
		ev, err := NewEvent(EventIncident, in.now, i)
		if err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	return events, nil
}

// announce writes the timelines, wants the posts and asks for the jobs.
func (in *intake) announce(ctx context.Context) error {
	var entries []Entry
	w := newWants(in.now)
	for _, i := range in.changedIncidents {
		w.incident(i)
	}
	for _, c := range in.changes {
		c.entry.IncidentID = c.incident.ID
		entries = append(entries, c.entry)
		if c.notice != nil {
			if err := w.notice(c.incident, c.entry.ID, *c.notice); err != nil {
				return err
			}
		}
		if c.opened {
			w.jobs = append(w.jobs, Job{Kind: JobDecide, Subject: c.incident.ID})
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

// wants gathers the posts and jobs of a transaction.
type wants struct {
	now   time.Time
	posts []Post
	jobs  []Job
	known map[string]bool // channels that have their announce job
}

func newWants(now time.Time) *wants { return &wants{now: now, known: make(map[string]bool)} }

func (w *wants) post(p Post) {
	if p.Channel == "" {
		return // nobody listens: without Slack nothing is wanted
	}
	p.CreatedAt = w.now
	w.posts = append(w.posts, p)
	if !w.known[p.Channel] {
		w.known[p.Channel] = true
		w.jobs = append(w.jobs, Job{Kind: JobAnnounce, Subject: p.Channel})
	}
}

// incident wants an incident's channel message and the plain alert in its
// thread as they stand now.
func (w *wants) incident(i *Incident) {
	w.post(Post{Key: incidentKey(i.ID), Channel: i.Channel, Kind: PostIncident, Subject: i.ID})
	w.post(Post{Key: "alert:" + i.ID, Channel: i.Channel, Parent: incidentKey(i.ID), Kind: PostAlert, Subject: i.ID})
}

// notice wants one broadcast reply.
func (w *wants) notice(i *Incident, id string, n Notice) error {
	detail, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	w.post(Post{Key: "notice:" + id, Channel: i.Channel, Parent: incidentKey(i.ID), Kind: PostNotice, Subject: i.ID, Detail: detail})
	return nil
}

// decision wants a decision's message: in its incident's thread, or where it
// was asked for.
func (w *wants) decision(d *Decision, i *Incident, channel string) {
	p := Post{Key: "decision:" + d.ID, Kind: PostDecision, Subject: d.ID}
	switch {
	case d.Question.Asked != nil:
		p.Channel, p.Thread = d.Question.Asked.Channel, d.Question.Asked.Thread
	case i != nil:
		p.Channel, p.Parent = i.Channel, incidentKey(i.ID)
	default:
		p.Channel = channel
	}
	w.post(p)
}

func (w *wants) write(ctx context.Context, tx Tx) error {
	if err := tx.WantPosts(ctx, w.posts...); err != nil {
		return err
	}
	return tx.Enqueue(ctx, w.jobs...)
}

func incidentKey(id string) string { return "incident:" + id }
