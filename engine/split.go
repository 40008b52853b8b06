package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// Cut is what people take out of an incident.
type Cut struct {
	Alerts  []string // fingerprints, the beginnings of some, rules' names, titles or alerts' ids; none: the series that joined last
	Actor   string
	Request string // where it is not empty: the same request again takes out no more
}

// Split takes series out of a live incident into one of their own, and returns
// that. They do not join the incident by themselves again.
func (e *Engine) Split(ctx context.Context, id string, c Cut) (Incident, error) {
	actor := strings.TrimSpace(Clean(c.Actor))
	if actor == "" {
		return Incident{}, Invalidf("actor", "say who does this")
	}
	now := e.now()
	var fresh Incident
	err := e.store.Update(ctx, func(tx Tx) error {
		list, err := livePair(ctx, tx, id)
		if err != nil {
			return err
		}
		from := list[0]
		if last := from.LastCut; c.Request != "" && last != nil && last.Request == c.Request {
			fresh, err = tx.Incident(ctx, last.Into)
			return err
		}
		alerts, err := tx.Alerts(ctx, id)
		if err != nil {
			return err
		}
		keys, err := chosen(alerts, c.Alerts)
		if err != nil {
			return err
		}
		var moved, rest []Alert
		for _, a := range alerts {
			if keys[a.Series()] {
				moved = append(moved, a)
			} else {
				rest = append(rest, a)
			}
		}
		if len(rest) == 0 && from.DeclaredBy == "" {
			return Invalidf("alerts", "those are all the alerts of %s; leave at least one", id)
		}
		fresh = incidentOf(moved, &from)
		active, err := tx.Silences(ctx, now)
		if err != nil {
			return err
		}
		fresh.send(e.cfg.route(&fresh, now))
		fresh.Quiet = "" // somebody works on it
		fresh.Muted = e.mutedAll(firingOf(moved), active, now)
		ids, err := tx.NumberIncidents(ctx, now.Year(), 1)
		if err != nil {
			return err
		}
		fresh.ID = ids[0]
		from.LastCut = &Done{Request: c.Request, Into: fresh.ID}
		for n := range moved {
			moved[n].IncidentID, moved[n].Joined = fresh.ID, ""
			moved[n].Apart = union(moved[n].Apart, []string{from.ID})
		}
		over := from.lose(moved, rest, now)
		entries := splitEntries(&from, &fresh, moved, actor, now)
		w := newWants(now)
		if over != "" {
			entries = append(entries, Entry{ID: newID("ent_", now), IncidentID: from.ID, At: now, Kind: "all_clear", Text: over})
			if err := w.notice(&from, entries[2].ID, *from.clearNotice(now)); err != nil {
				return err
			}
		}
		if err := surface(ctx, tx, &from, w); err != nil {
			return err
		}
		w.incident(&fresh)
		w.incident(&from)
		if err := e.tend(&from, w); err != nil {
			return err
		}
		w.joined(&from)
		if err := w.notice(&from, entries[0].ID, Notice{What: "split", Other: fresh.ID, Actor: actor, Now: len(keys)}); err != nil {
			return err
		}
		w.jobs = append(w.jobs, Job{Kind: JobDecide, Subject: fresh.ID})
		if fresh.Muted != nil {
			w.jobs = append(w.jobs, Job{Kind: JobUnmute, Subject: fresh.ID, At: fresh.Muted.Until})
		}
		if fresh.urge(now) {
			w.jobs = append(w.jobs, e.escalateJobs(&fresh)...)
		}
		// The incident is there before its alerts.
		if err := tx.PutIncidents(ctx, []Incident{fresh}); err != nil {
			return err
		}
		if err := tx.PutAlerts(ctx, moved); err != nil {
			return err
		}
		return e.publish(ctx, tx, []*Incident{&from, &fresh}, entries, w, now)
	})
	return fresh, err
}

func splitEntries(from, fresh *Incident, moved []Alert, actor string, now time.Time) []Entry {
	return []Entry{
		{ID: newID("ent_", now), IncidentID: from.ID, At: now, Kind: "split", Actor: actor, Text: moved[0].Summary() + " is " + fresh.ID + " now"},
		{ID: newID("ent_", now), IncidentID: fresh.ID, At: now, Kind: "split", Actor: actor, Text: "taken out of " + from.ID + ": " + moved[0].Summary()},
	}
}

// shortest is how much of a fingerprint names a series, as of a commit.
const shortest = 4

// chosen are the series that people name.
func chosen(alerts []Alert, which []string) (map[SeriesKey]bool, error) {
	keys := make(map[SeriesKey]bool)
	if len(which) == 0 {
		last, ok := LastJoined(alerts)
		if !ok {
			return nil, Invalidf("alerts", "nothing joined it since it began: there is nothing to take out")
		}
		keys[last.Series()] = true
		return keys, nil
	}
	for _, name := range which {
		name = strings.TrimSpace(Clean(name))
		found := make(map[SeriesKey]bool)
		for _, is := range []func(a *Alert) bool{
			func(a *Alert) bool { return a.Fingerprint == name || a.ID == name },
			func(a *Alert) bool {
				return a.Name != "" && strings.EqualFold(a.Name, name) || a.Title != "" && strings.EqualFold(a.Title, name)
			},
			func(a *Alert) bool { return len(name) >= shortest && strings.HasPrefix(a.Fingerprint, name) },
		} {
			for n := range alerts {
				if is(&alerts[n]) {
					found[alerts[n].Series()] = true
				}
			}
			if len(found) > 0 {
				break
			}
		}
		if name == "" || len(found) == 0 {
			return nil, Invalidf("alerts", "%q is none of its alerts; name one by its rule, its fingerprint or its id", name)
		}
		for k := range found {
			keys[k] = true
		}
	}
	return keys, nil
}

// LastJoined is the alert that joined an incident last, of those that joined.
func LastJoined(alerts []Alert) (last Alert, ok bool) {
	for _, a := range alerts {
		if a.Joined != "" && len(a.Refired) == 0 && (!ok || a.ReceivedAt.After(last.ReceivedAt)) {
			last, ok = a, true
		}
	}
	return last, ok
}

// incidentOf is the incident that alerts taken out of another make.
func incidentOf(moved []Alert, from *Incident) Incident {
	first := slices.MinFunc(moved, func(a, b Alert) int { return a.StartedAt.Compare(b.StartedAt) })
	i := Incident{
		Title: first.Summary(), Status: Open, Severity: worstOf(moved), Service: first.Service, Environment: first.Environment,
		ErrorType: first.ErrorType, Spike: first.Spike, Symptom: first.symptom(), Source: first.Source, Fingerprint: first.Fingerprint,
		Rule: first.rule(), Labels: first.Labels, StartedAt: first.StartedAt,
	}
	if i.Labels == nil {
		i.Labels = map[string]string{} // JSON has an object in any case
	}
	i.SplitFrom = from.ID
	i.count(moved)
	for n := range moved {
		i.learn(&moved[n])
	}
	if i.Firing == 0 {
		i.end(endOf(moved))
	}
	return i
}

// count tells how many series there are, how many of them fire, where, and when
// the last was new.
func (i *Incident) count(alerts []Alert) {
	series := make(map[SeriesKey]bool)
	var hit []string
	i.Firing = 0
	i.LastSeriesAt = time.Time{}
	for _, a := range slices.SortedStableFunc(slices.Values(alerts), func(a, b Alert) int { return a.StartedAt.Compare(b.StartedAt) }) {
		series[a.Series()] = true
		if a.Status != AlertResolved {
			i.Firing++
		}
		hit = append(hit, a.Service)
		if a.ReceivedAt.After(i.LastSeriesAt) {
			i.LastSeriesAt = a.ReceivedAt
		}
	}
	i.Series = len(series)
	if i.Services = union(hit); len(i.Services) < 2 {
		i.Services = nil
	}
}

// lose makes an incident what it is without the alerts that were taken out. The
// text, where there is one, says that nothing of it fires any more.
func (i *Incident) lose(moved, rest []Alert, now time.Time) (over string) {
	was := i.Firing
	if len(rest) > 0 && i.SeverityBy == "" && i.Severity == worstOf(moved) && i.Severity.Worse(worstOf(rest)) {
		i.Severity = worstOf(rest)
	}
	grown := i.LastSeriesAt
	i.count(rest)
	i.LastSeriesAt = grown
	i.touch(now)
	if i.Firing == 0 && was > 0 {
		return i.end(now)
	}
	return ""
}

func worstOf(alerts []Alert) Severity {
	worst := cmp.Or(alerts[0].Severity, SeverityUnknown)
	for _, a := range alerts[1:] {
		if a.Severity.Worse(worst) {
			worst = a.Severity
		}
	}
	return worst
}

// endOf is when the last of ended alerts ended.
func endOf(alerts []Alert) time.Time {
	var end time.Time
	for _, a := range alerts {
		if a.EndedAt != nil && a.EndedAt.After(end) {
			end = *a.EndedAt
		}
	}
	return end
}
