package engine

import (
	"context"
	"slices"
	"strings"
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
}

// incidentChange is what people get to know of an incident.
type incidentChange struct {
	incident *Incident
	entry    Entry
	notice   *Notice
	opened   bool
}

func (in *intake) load(ctx context.Context) error {
	var keys []SeriesKey
	var locks []string
	var groups, scopes [][2]string
	for i := range in.alerts {
		a := &in.alerts[i]
		keys = append(keys, a.Series())
		locks = append(locks, "series\x00"+a.Source+"\x00"+a.Fingerprint)
		if a.GroupKey != "" {
			groups = append(groups, [2]string{a.Source, a.GroupKey})
			locks = append(locks, "group\x00"+a.Source+"\x00"+a.GroupKey)
		}
		if !in.engine.cfg.NoServiceGroups && a.Service != "" && a.Environment != "" {
			scopes = append(scopes, [2]string{a.Service, a.Environment})
			locks = append(locks, "scope\x00"+a.Service+"\x00"+a.Environment)
		}
	}
	slices.Sort(locks)
	if err := in.tx.Lock(ctx, slices.Compact(locks)...); err != nil {
		return err
	}
	latest, err := in.tx.LatestAlerts(ctx, keys)
	if err != nil {
		return err
	}
	in.latest = make(map[SeriesKey]*Alert, len(keys))
	in.homes = make(map[*Alert]*Incident, len(keys))
	var ids []string
	for k, a := range latest {
		in.latest[k] = &a
		if a.IncidentID != "" {
			ids = append(ids, a.IncidentID)
		}
	}
	return in.loadIncidents(ctx, ids, groups, scopes)
}

func (in *intake) loadIncidents(ctx context.Context, ids []string, groups, scopes [][2]string) error {
	slices.Sort(ids)
	own, err := in.tx.IncidentsByID(ctx, slices.Compact(ids))
	if err != nil {
		return err
	}
	open, err := in.tx.OpenIncidents(ctx, nil, groups, scopes)
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
			in.homes[a] = byID[a.IncidentID]
		}
	}
	return nil
}

// apply takes one delivery in and says what became of it; names of new
// incidents are filled in by name, once they have ids.
func (in *intake) apply(d Delivery) Receipt {
	var r Receipt
	for _, a := range d.Alerts {
		prev := in.latest[a.Series()]
		if a.StartedAt.IsZero() {
			a.StartedAt = in.now
			if prev != nil && prev.Status != AlertResolved {
				a.StartedAt = prev.StartedAt
			}
		}
		next, what := step(prev, a, in.engine.cfg.ReopenWindow)
		ep := in.episode(prev, next, what)
		in.results = append(in.results, ep)
		changed := what != changeNone && what != changeIgnore
		if changed {
			r.Accepted++
		} else {
			r.Ignored++
		}
		r.Alerts = append(r.Alerts, AlertResult{Changed: changed})
		in.place(prev, ep, what)
	}
	if d.Truncated > 0 && len(in.results) > 0 {
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
	case changeOpen, changeAgain:
		next.ID = newID("alr_", in.now)
		in.latest[next.Series()] = &next
		return &next
	}
	*prev = next
	return prev
}

// place brings the episode's incident to what the change means for it.
func (in *intake) place(prev, ep *Alert, what change) {
	switch what {
	case changeNone:
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
		in.update(ep)
	case changeResolve:
		in.resolve(ep)
	case changeAck:
		if home := in.homes[ep]; home != nil {
			in.record(home, "note", "acknowledged at "+ep.Source, nil)
		}
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
		if why, ok := in.engine.joins(i, ep); ok {
			ep.Joined = why
			in.join(i, ep)
			return
		}
	}
	i := &Incident{
		Title: ep.Summary(), Status: Open, Severity: ep.Severity, Service: ep.Service, Environment: ep.Environment,
		ErrorType: ep.ErrorType, Spike: ep.Spike, Symptom: ep.symptom(), Source: ep.Source, Fingerprint: ep.Fingerprint,
		Labels: ep.Labels, StartedAt: ep.StartedAt, GroupKey: ep.GroupKey, LastSeriesAt: in.now, Firing: 1, Series: 1,
	}
	i.Channel, i.Mention = in.engine.route(i)
	in.incidents = append([]*Incident{i}, in.incidents...)
	in.homes[ep] = i
	in.changed(i)
	in.changes = append(in.changes, incidentChange{incident: i, opened: true, entry: in.entry("fired", ep.Summary())})
}

func (in *intake) join(i *Incident, ep *Alert) {
	was, before := i.Severity, i.Firing
	i.Firing++
	i.Series++
	i.LastSeriesAt = in.now
	in.homes[ep] = i
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
	home.Firing++
	home.LastSeriesAt = in.now
	if home.Status != Resolved {
		in.record(home, "fired", ep.Summary()+" fires again", in.worse(home, ep, home.Severity, home.Firing-1))
		return
	}
	quiet := ep.StartedAt.Sub(*home.ResolvedAt)
	home.Status, home.ResolvedAt, home.ResolvedBy, home.Reason = Open, nil, "", ""
	home.AcknowledgedAt, home.AcknowledgedBy = nil, ""
	home.Reopened++
	notice := &Notice{What: "fired_again", After: Span(max(0, quiet)), Now: home.Firing}
	in.record(home, "reopened", "fired again after "+notice.After, notice)
}

func (in *intake) update(ep *Alert) {
	home := in.homes[ep]
	if home == nil {
		return
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
	home.Status, home.ResolvedAt, home.Reason = Resolved, &ended, ReasonRecovered
	in.record(home, "all_clear", "all alerts ended", &Notice{What: "all_clear", After: Span(max(0, ended.Sub(home.StartedAt)))})
}

// worse raises the incident's severity to the alert's, and returns what to say.
func (in *intake) worse(i *Incident, ep *Alert, was Severity, before int) *Notice {
	if !ep.Severity.Worse(was) {
		return nil
	}
	i.Severity = ep.Severity
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

// symptom is what the alert says is wrong, in a line.
func (a *Alert) symptom() string {
	text, _, _ := strings.Cut(a.Description, "\n")
	if text = strings.TrimSpace(text); text != "" {
		return text
	}
	return a.Summary()
}

func (in *intake) changed(i *Incident) {
	i.UpdatedAt = in.now
	if !slices.Contains(in.changedIncidents, i) {
		in.changedIncidents = append(in.changedIncidents, i)
	}
}

func (in *intake) record(i *Incident, kind, text string, notice *Notice) {
	in.changed(i)
	in.changes = append(in.changes, incidentChange{incident: i, entry: in.entry(kind, text), notice: notice})
}

func (in *intake) entry(kind, text string) Entry {
	return Entry{ID: newID("ent_", in.now), At: in.now, Kind: kind, Text: text}
}
