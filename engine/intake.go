package engine

import (
	"context"
	"slices"
	"time"
)

// intake applies deliveries to what the store knows of their series and
// incidents: it loads all of it at once, applies the alerts in order in memory,
// and writes what changed at once.
type intake struct {
	engine *Engine
	tx     Tx
	now    time.Time
	alerts []Alert

	latest    map[SeriesKey]*Alert // the latest episode of each series
	incidents []*Incident          // all that could be touched; new ones have no id yet
	homes     map[*Alert]*Incident // where an episode stands
	results   []*Alert             // the episode of each alert, in order

	changedAlerts    []*Alert // in order of change, each once
	touchedAlerts    []*Alert // counted only
	changedIncidents []*Incident
	changes          []incidentChange

	silences []Silence   // those that are active
	urgent   []*Incident // what somebody must take from now on
	surfaced []*Incident // what quiet hours hold no longer
	loud     []*Incident // what silences hold back that match its alerts no longer
	refuted  []*Incident // what people said had fixed them, or what they were, was wrong
}

// incidentChange is what people get to know of an incident.
type incidentChange struct {
	incident *Incident
	entry    Entry
	notice   *Notice
	opened   bool
}

func (in *intake) load(ctx context.Context) error {
	way := Way{Now: in.now}
	var locks []string
	for i := range in.alerts {
		a := &in.alerts[i]
		way.Series = append(way.Series, a.Series())
		locks = append(locks, "series\x00"+a.Source+"\x00"+a.Fingerprint)
		if a.GroupKey != "" {
			way.Groups = append(way.Groups, [2]string{a.Source, a.GroupKey})
			locks = append(locks, "group\x00"+a.Source+"\x00"+a.GroupKey)
		}
		if !in.engine.cfg.NoServiceGroups && a.Service != "" && a.Environment != "" {
			way.Scopes = append(way.Scopes, [2]string{a.Service, a.Environment})
			locks = append(locks, "scope\x00"+a.Service+"\x00"+a.Environment)
		}
	}
	slices.Sort(locks)
	if err := in.tx.Lock(ctx, slices.Compact(locks)...); err != nil {
		return err
	}
	found, err := in.tx.Standing(ctx, way)
	if err != nil {
		return err
	}
	in.silences = found.Silences
	in.latest = make(map[SeriesKey]*Alert, len(way.Series))
	in.homes = make(map[*Alert]*Incident, len(way.Series))
	var ids []string
	for k, a := range found.Latest {
		in.latest[k] = &a
		if a.IncidentID != "" {
			ids = append(ids, a.IncidentID)
		}
	}
	return in.loadIncidents(ctx, ids, found.Open)
}

// loadIncidents keeps the incidents of alerts, by their ids, and those that are open.
func (in *intake) loadIncidents(ctx context.Context, ids []string, open []Incident) error {
	slices.Sort(ids)
	own, err := in.homesOf(ctx, slices.Compact(ids))
	if err != nil {
		return err
	}
	byID := make(map[string]*Incident, len(own)+len(open))
	for _, i := range append(own, open...) {
		if byID[i.ID] == nil {
			byID[i.ID] = &i
			in.incidents = append(in.incidents, &i)
		}
	}
	// The latest start first: of two that could take a series, the newer one does.
	slices.SortStableFunc(in.incidents, func(a, b *Incident) int { return b.StartedAt.Compare(a.StartedAt) })
	for _, a := range in.latest {
		if a.IncidentID != "" {
			in.homes[a] = home(byID, a.IncidentID)
		}
	}
	return nil
}

// maxMerges bounds how often a series can have moved while its alert was read.
const maxMerges = 5

// homesOf reads the incidents of alerts, and those that they were merged into
// while the alerts were read.
func (in *intake) homesOf(ctx context.Context, ids []string) ([]Incident, error) {
	var all []Incident
	for n := 0; len(ids) > 0 && n < maxMerges; n++ {
		list, err := in.tx.IncidentsByID(ctx, ids)
		if err != nil {
			return nil, err
		}
		ids = nil
		for _, i := range list {
			if i.MergedInto != "" {
				ids = append(ids, i.MergedInto)
			}
		}
		slices.Sort(ids)
		all, ids = append(all, list...), slices.Compact(ids)
	}
	return all, nil
}

// home is the incident that has the series of one now.
func home(byID map[string]*Incident, id string) *Incident {
	i := byID[id]
	for n := 0; i != nil && i.MergedInto != "" && byID[i.MergedInto] != nil && n < maxMerges; n++ {
		i = byID[i.MergedInto]
	}
	return i
}

// apply takes one delivery in and says what became of it; names of new
// incidents are filled in by name, once they have ids.
func (in *intake) apply(d Delivery) Receipt {
	var r Receipt
	for _, a := range d.Alerts {
		prev := in.latest[a.Series()]
		if a.StartedAt.IsZero() {
			a.StartedAt = a.ReceivedAt
			if prev != nil && prev.Status != AlertResolved {
				a.StartedAt = prev.StartedAt
			}
		}
		var next Alert
		what := changeNone
		if prev != nil && prev.knows(a.key, in.now) {
			next = seen(prev, a)
		} else {
			next, what = step(prev, a, in.reopens(prev))
		}
		ep := in.episode(prev, next, what)
		ep.remember(a.key, in.now, what)
		in.results = append(in.results, ep)
		changed := what != changeNone && what != changeEnded && what != changeIgnore
		r.Alerts = append(r.Alerts, AlertResult{Changed: changed})
		in.place(prev, ep, what)
		home := in.homes[ep]
		switch {
		case !changed:
			r.Ignored++
		case home != nil && home.Muted != nil:
			r.Silenced++
			fallthrough
		default:
			r.Accepted++
		}
	}
	if d.Truncated > 0 && len(d.Alerts) > 0 { // else the last is another delivery's
		if home := in.homes[in.results[len(in.results)-1]]; home != nil {
			home.TruncatedBy = d.Truncated
		}
	}
	return r
}

// episode keeps the episode that an observation led to as the series' latest.
func (in *intake) episode(prev *Alert, next Alert, what change) *Alert {
	switch what {
	case changeIgnore:
		return &next
	case changeEnded:
		next.ID = newID("alr_", in.now)
		in.latest[next.Series()] = &next
		return &next
	case changeOpen, changeAgain:
		next.ID = newID("alr_", in.now)
		if prev != nil {
			next.Apart, next.Known = prev.Apart, prev.Known
			in.setRight(prev, next.StartedAt)
		}
		in.fires(prev, &next)
		in.latest[next.Series()] = &next
		return &next
	}
	*prev = next
	return prev
}

// setRight gives an episode that began by a clock far ahead of ours the time by ours:
// the latest of a series is the one that began last, and the next one begins at.
func (in *intake) setRight(ep *Alert, at time.Time) {
	if ep.StartedAt.Before(at) {
		return
	}
	ep.StartedAt = ep.ReceivedAt
	if ep.EndedAt != nil && ep.EndedAt.After(at) {
		ep.EndedAt = &at
	}
	in.touch(ep)
}

// place brings the episode's incident to what the change means for it.
func (in *intake) place(prev, ep *Alert, what change) {
	switch what {
	case changeNone:
		if !in.release(ep) {
			in.touch(ep)
			return
		}
	case changeEnded:
		in.touch(ep)
		return
	case changeIgnore:
		return
	case changeOpen:
		if prev != nil && prev.Status != AlertResolved {
			in.end(prev, ep.StartedAt)
		}
		in.open(ep)
	case changeAgain:
		in.again(prev, ep)
	case changeUpdate:
		if !in.release(ep) {
			in.update(ep)
		}
	case changeResolve:
		in.resolve(ep)
	case changeAck:
		if home := in.homes[ep]; home != nil {
			in.record(home, "note", "acknowledged at "+ep.Source, nil)
		}
	}
	if home := in.homes[ep]; home != nil {
		home.trend(ep)
	}
	if !slices.Contains(in.changedAlerts, ep) {
		in.changedAlerts = append(in.changedAlerts, ep)
	}
}

func (in *intake) touch(ep *Alert) {
	if !slices.Contains(in.touchedAlerts, ep) && !slices.Contains(in.changedAlerts, ep) {
		in.touchedAlerts = append(in.touchedAlerts, ep)
	}
}
