package doc

import (
	"slices"
	"strings"
	"time"

	"ragoffire/engine"
)

// The functions below return a copy of an object as it is stored, with its
// times in UTC and to the microsecond. The suite fills every field of every
// type, so a time that is forgotten here fails it.

// Alert returns a as it is stored.
func Alert(a engine.Alert) engine.Alert {
	a.StartedAt, a.ReceivedAt = Time(a.StartedAt), Time(a.ReceivedAt)
	a.LastSeenAt, a.ExpiresAt = Time(a.LastSeenAt), Time(a.ExpiresAt)
	a.EndedAt = timeOf(a.EndedAt)
	a.Values = samples(a.Values)
	a.Refired = slices.Clone(a.Refired)
	for i := range a.Refired {
		a.Refired[i] = Time(a.Refired[i])
	}
	a.Fired, a.Known = slices.Clone(a.Fired), slices.Clone(a.Known)
	for i := range a.Fired {
		a.Fired[i] = Time(a.Fired[i])
	}
	for i := range a.Known {
		a.Known[i].At = Time(a.Known[i].At)
	}
	return a
}

// Incident returns i as it is stored.
func Incident(i engine.Incident) engine.Incident {
	i.StartedAt, i.UpdatedAt, i.LastSeriesAt = Time(i.StartedAt), Time(i.UpdatedAt), Time(i.LastSeriesAt)
	i.ResolvedAt, i.AcknowledgedAt, i.MitigatedAt = timeOf(i.ResolvedAt), timeOf(i.AcknowledgedAt), timeOf(i.MitigatedAt)
	i.UrgentAt = Time(i.UrgentAt)
	if i.Muted != nil {
		m := *i.Muted
		m.Until = Time(m.Until)
		i.Muted = &m
	}
	i.Paged = slices.Clone(i.Paged)
	for n := range i.Paged {
		i.Paged[n].At = Time(i.Paged[n].At)
	}
	i.OwnedAt = Time(i.OwnedAt)
	if i.LastUpdate != nil {
		u := *i.LastUpdate
		u.At = Time(u.At)
		i.LastUpdate = &u
	}
	i.Nudges = slices.Clone(i.Nudges)
	for n := range i.Nudges {
		i.Nudges[n].At, i.Nudges[n].Until = Time(i.Nudges[n].At), Time(i.Nudges[n].Until)
	}
	i.ClearedAt, i.FlappingSince, i.FlappedAt = timeOf(i.ClearedAt), timeOf(i.FlappingSince), timeOf(i.FlappedAt)
	i.Measures = measures(i.Measures)
	i.Trend = samples(i.Trend)
	return i
}

// samples are numbers as they are stored.
func samples(list []engine.Sample) []engine.Sample {
	list = slices.Clone(list)
	for n := range list {
		list[n].At = Time(list[n].At)
	}
	return list
}

// measures are an incident's as they are stored.
func measures(list []engine.Measure) []engine.Measure {
	list = slices.Clone(list)
	for n := range list {
		list[n].At = Time(list[n].At)
	}
	return list
}

// Search returns the text that an incident's filter by words looks through.
func Search(i *engine.Incident) string {
	return strings.ToLower(Text(strings.Join([]string{i.ID, i.Title, i.Symptom, i.Service}, "\n")))
}

// Decision returns d as it is stored: without its reviews.
func Decision(d engine.Decision) engine.Decision {
	d.CreatedAt = Time(d.CreatedAt)
	d.Reviews = nil
	if d.Outcome != nil {
		o := *d.Outcome
		o.At = Time(o.At)
		d.Outcome = &o
	}
	if d.Words != nil {
		w := *d.Words
		w.At = Time(w.At)
		d.Words = &w
	}
	d.Changes = slices.Clone(d.Changes)
	for i := range d.Changes {
		d.Changes[i] = Change(d.Changes[i])
	}
	d.Onset = slices.Clone(d.Onset)
	for i := range d.Onset {
		d.Onset[i].At = Time(d.Onset[i].At)
	}
	return d
}

// OutcomeAt returns when a decision's outcome was told, nil where it was not.
func OutcomeAt(d *engine.Decision) *time.Time {
	if d.Outcome == nil {
		return nil
	}
	return &d.Outcome.At
}

// Silence returns s as it is stored.
func Silence(s engine.Silence) engine.Silence {
	s.CreatedAt, s.Until, s.EndedAt = Time(s.CreatedAt), Time(s.Until), timeOf(s.EndedAt)
	return s
}

// Change returns c as it is stored.
func Change(c engine.Change) engine.Change {
	c.At, c.Began = Time(c.At), Time(c.Began)
	return c
}

// Quarantined returns q as it is stored.
func Quarantined(q engine.Quarantined) engine.Quarantined {
	q.At = Time(q.At)
	return q
}

// Beat returns b as it is stored.
func Beat(b engine.Beat) engine.Beat {
	b.At, b.WatchedAt, b.ExcusedAt, b.DueAt = Time(b.At), Time(b.WatchedAt), Time(b.ExcusedAt), Time(b.DueAt)
	return b
}

// Trouble returns t as it is stored.
func Trouble(t engine.Trouble) engine.Trouble {
	t.Since, t.Last = Time(t.Since), Time(t.Last)
	return t
}

// Session returns s as it is stored.
func Session(s engine.Session) engine.Session {
	s.CreatedAt, s.ExpiresAt = Time(s.CreatedAt), Time(s.ExpiresAt)
	return s
}

// Review returns r as it is stored: its decision's id is a column.
func Review(r engine.Review) engine.Review {
	r.At = Time(r.At)
	r.DecisionID = ""
	return r
}

// Entry returns e as it is stored.
func Entry(e engine.Entry) engine.Entry {
	e.At = Time(e.At)
	return e
}

// Runbook returns r as it is stored.
func Runbook(r engine.Runbook) engine.Runbook {
	r.UpdatedAt = Time(r.UpdatedAt)
	return r
}

// Draft returns d as it is stored.
func Draft(d engine.ThreadDraft) engine.ThreadDraft {
	d.StartedAt, d.ResolvedAt, d.DecidedAt = Time(d.StartedAt), timeOf(d.ResolvedAt), timeOf(d.DecidedAt)
	return d
}

// Post returns p as it is stored: Wanted is a column of its own.
func Post(p engine.Post) engine.Post {
	p.AttemptedAt, p.NotBefore, p.CreatedAt = Time(p.AttemptedAt), Time(p.NotBefore), Time(p.CreatedAt)
	p.Wanted = 0
	return p
}
