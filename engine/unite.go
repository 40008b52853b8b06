package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// mergedInto is what stands at what was merged, before the id of the other.
const mergedInto = "merged into "

// Merge moves the series of one live incident to another and returns that one.
// The first is resolved as its duplicate and teaches nothing; its decisions stay
// where they are. What its series send from now on goes to the other.
func (e *Engine) Merge(ctx context.Context, id, into, actor string) (Incident, error) {
	actor = strings.TrimSpace(Clean(actor))
	switch {
	case actor == "":
		return Incident{}, Invalidf("actor", "say who does this")
	case into == "":
		return Incident{}, Invalidf("into", "say which incident %s belongs to", id)
	case id == into:
		return Incident{}, Invalidf("into", "%s is this incident itself", id)
	}
	now := e.now()
	var target Incident
	err := e.store.Update(ctx, func(tx Tx) error {
		pair, err := livePair(ctx, tx, id, into)
		if err != nil {
			return err
		}
		from, to := pair[0], pair[1]
		// The rows are held: what comes in for these series waits, and finds them moved.
		alerts, err := tx.Alerts(ctx, from.ID)
		if err != nil {
			return err
		}
		was := to.Severity
		before := to.Firing
		for n := range alerts {
			alerts[n].IncidentID = to.ID
			alerts[n].Joined = cmp.Or(alerts[n].Joined, "merged from "+from.ID)
			alerts[n].Apart = slices.DeleteFunc(alerts[n].Apart, func(id string) bool { return id == to.ID })
		}
		if err := tx.PutAlerts(ctx, alerts); err != nil {
			return err
		}
		to.takeOver(&from, alerts, now)
		from.giveUp(&to, actor, now)
		if err := e.outdate(ctx, tx, from.ID, "", mergedInto+to.ID, now); err != nil {
			return err
		}
		entries := []Entry{
			{ID: newID("ent_", now), IncidentID: from.ID, At: now, Kind: "merged", Actor: actor, Text: mergedInto + to.ID},
			{ID: newID("ent_", now), IncidentID: to.ID, At: now, Kind: "merged", Actor: actor, Text: "merged " + from.ID + " into this: " + from.Title},
		}
		w := newWants(now)
		passed, err := e.passOn(ctx, tx, &from, &to, w)
		if err != nil {
			return err
		}
		for _, i := range []*Incident{&from, &to} {
			if err := surface(ctx, tx, i, w); err != nil {
				return err
			}
			w.incident(i)
			if err := e.tend(i, w); err != nil {
				return err
			}
		}
		switch {
		case to.Muted != nil && from.Muted == nil:
			to.Muted = nil
			if err := e.announceAgain(ctx, tx, &to, w); err != nil {
				return err
			}
		case to.Muted != nil && from.Muted.Until.Before(to.Muted.Until):
			to.Muted = from.Muted // from then on some of its alerts are silenced by none
			w.jobs = append(w.jobs, Job{Kind: JobUnmute, Subject: to.ID, At: to.Muted.Until})
		case to.Severity.Worse(was) && to.urge(now):
			w.jobs = append(w.jobs, e.escalateJobs(&to)...)
		}
		w.joined(&to)
		notice := Notice{What: "merged", Other: from.ID, Actor: actor, Was: before, Now: to.Firing}
		if to.Severity.Worse(was) {
			notice.From, notice.To = was, to.Severity
		}
		if err := w.notice(&to, entries[1].ID, notice); err != nil {
			return err
		}
		if err := w.notice(&from, entries[0].ID, Notice{What: "merged_into", Other: to.ID, Actor: actor}); err != nil {
			return err
		}
		w.jobs = append(w.jobs, Job{Kind: JobDecide, Subject: to.ID, At: now.Add(decideAfter)})
		target = to
		return e.publish(ctx, tx, append(passed, &from, &to), entries, w, now)
	})
	return target, err
}

// passOn leads what was merged into an incident earlier to the one that it is
// merged into itself: that has all their alerts.
func (e *Engine) passOn(ctx context.Context, tx Tx, from, to *Incident, w *wants) ([]*Incident, error) {
	if len(from.Merged) == 0 {
		return nil, nil
	}
	earlier, err := tx.IncidentsByID(ctx, slices.Sorted(slices.Values(from.Merged)))
	if err != nil {
		return nil, err
	}
	var passed []*Incident
	for n := range earlier {
		if i := &earlier[n]; i.MergedInto == from.ID {
			i.DuplicateOf, i.MergedInto = to.ID, to.ID
			w.incident(i)
			passed = append(passed, i)
			if err := e.outdate(ctx, tx, i.ID, mergedInto+from.ID, mergedInto+to.ID, to.UpdatedAt); err != nil {
				return nil, err
			}
		}
	}
	return passed, nil
}

// livePair reads two live incidents, their rows held, in the order of the ids.
func livePair(ctx context.Context, tx Tx, ids ...string) ([]Incident, error) {
	sorted := slices.Sorted(slices.Values(ids))
	list, err := tx.IncidentsByID(ctx, sorted)
	if err != nil {
		return nil, err
	}
	pair := make([]Incident, 0, len(ids))
	for _, id := range ids {
		n := slices.IndexFunc(list, func(i Incident) bool { return i.ID == id })
		if n < 0 {
			return nil, NotFoundf("there is no incident %s", id)
		}
		switch i := &list[n]; {
		case i.Historical:
			return nil, Conflictf("%s is history; only live incidents are merged or split", id)
		case i.MergedInto != "":
			return nil, Conflictf("%s was merged into %s already", id, i.MergedInto)
		case !i.Live():
			return nil, Conflictf("%s is resolved; only live incidents are merged or split; link relates any two", id)
		}
		pair = append(pair, list[n])
	}
	return pair, nil
}

// takeOver makes an incident what it is with the series of another.
func (i *Incident) takeOver(from *Incident, moved []Alert, now time.Time) {
	i.Firing += from.Firing
	i.Series += from.Series
	if i.overruledBy(from.Severity) {
		i.Severity, i.SeverityBy = from.Severity, ""
	}
	if i.Owner == nil {
		i.Owner, i.OwnedAt = from.Owner, from.OwnedAt
	}
	if from.StartedAt.Before(i.StartedAt) {
		i.StartedAt = from.StartedAt
	}
	if from.Status == Acknowledged && i.Status == Open {
		i.Status, i.AcknowledgedAt, i.AcknowledgedBy = Acknowledged, from.AcknowledgedAt, from.AcknowledgedBy
		i.AcknowledgedUser = from.AcknowledgedUser
	}
	if i.GroupKey == "" && i.Source == from.Source {
		i.GroupKey = from.GroupKey
	}
	if from.LastSeriesAt.After(i.LastSeriesAt) {
		i.LastSeriesAt = from.LastSeriesAt
	}
	i.Services = union(i.servicesHit(), from.servicesHit())
	if len(i.Services) < 2 {
		i.Services = nil
	}
	i.Merged = union(i.Merged, []string{from.ID}, from.Merged)
	if i.Firing > 0 {
		i.ClearedAt = nil
	}
	for n := range moved {
		i.learn(&moved[n])
	}
	i.touch(now)
}

func (i *Incident) servicesHit() []string {
	if len(i.Services) == 0 && i.Service != "" {
		return []string{i.Service}
	}
	return i.Services
}

// union is what the lists hold, each once, in their order.
func union(lists ...[]string) []string {
	var all []string
	for _, s := range slices.Concat(lists...) {
		if s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// giveUp ends an incident whose series another one has now.
func (i *Incident) giveUp(to *Incident, actor string, now time.Time) {
	i.Status, i.ResolvedAt, i.ResolvedBy, i.Reason = Resolved, &now, actor, ReasonDuplicate
	i.DuplicateOf, i.MergedInto = to.ID, to.ID
	i.Firing, i.ClearedAt, i.FlappingSince, i.FlappedAt, i.Flaps = 0, nil, nil, nil, 0
}

// outdate says at the advice of an incident that nobody answered why it is of no
// use any more, also where it said was before.
func (e *Engine) outdate(ctx context.Context, tx Tx, id, was, why string, now time.Time) error {
	made, _, err := tx.Decisions(ctx, DecisionFilter{IncidentID: id, Status: Proposed}, "", 5)
	if err != nil {
		return err
	}
	for n := range made {
		d, err := tx.Decision(ctx, made[n].ID)
		if err != nil {
			return err
		}
		if !d.Open() && (was == "" || d.Outdated != was) {
			continue
		}
		d.Outdated = why
		if err := tx.PutDecisions(ctx, []Decision{d}); err != nil {
			return err
		}
		i, err := tx.Incident(ctx, id)
		if err != nil {
			return err
		}
		w := newWants(now)
		w.decision(&d, &i, "")
		if err := w.write(ctx, tx); err != nil {
			return err
		}
		if err := e.tellDecision(ctx, tx, &d, now); err != nil {
			return err
		}
	}
	return nil
}
