package engine

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// When more services than stormServices begin to hurt within stormWindow of each
// other, they hurt for one reason: the order of onset says more than any
// service's own history.
const (
	stormServices = 5
	stormWindow   = 10 * time.Minute
)

// onsetShown is how many services a decision names; what a storm says is in the
// first of them.
const onsetShown = 30

// onset returns in which order services were hit around an incident, and how many
// they are, where they are more than stormServices; else nothing.
func (e *Engine) onset(ctx context.Context, i *Incident) (list []Onset, services int, err error) {
	if i.Service == "" {
		return nil, 0, nil
	}
	// Events come a moment after their commits. Where they tell of a storm, that
	// does not matter; where they don't, the store knows better.
	if list, services = e.weather.around(i.StartedAt); services > stormServices {
		return list, services, nil
	}
	var live []Incident
	err = e.store.View(ctx, func(r Reader) error {
		live, _, err = r.Incidents(ctx, IncidentFilter{Live: true}, "", 500)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	hits := make([]*hit, 0, len(live))
	for n := range live {
		hits = append(hits, newHit(&live[n]))
	}
	if list, services = inOrder(slices.Values(hits), i.StartedAt); services <= stormServices {
		return nil, 0, nil
	}
	return list, services, nil
}

// hit is an incident as a storm knows it.
type hit struct {
	at        time.Time
	id, title string
	services  []string
	keys      []string // of the services, in any case
}

func newHit(i *Incident) *hit {
	h := &hit{at: i.StartedAt, id: i.ID, title: i.Title}
	if i.Service != "" {
		h.services = append([]string{i.Service}, i.Services...)
	}
	for _, service := range h.services {
		h.keys = append(h.keys, strings.ToLower(service))
	}
	return h
}

// inOrder lists the services that were hit around a time by the order of onset,
// and counts them.
func inOrder(hits iter.Seq[*hit], at time.Time) (list []Onset, services int) {
	type start struct {
		*hit
		n int // of the service, in its incident's order
	}
	earlier := func(a, b start) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id), cmp.Compare(a.n, b.n))
	}
	first := make(map[string]start)
	for h := range hits {
		if h.at.Sub(at).Abs() > stormWindow {
			continue
		}
		for n, key := range h.keys {
			if was, ok := first[key]; !ok || earlier(start{h, n}, was) < 0 {
				first[key] = start{h, n}
			}
		}
	}
	// Of thousands only the first few are looked at.
	starts := make([]start, 0, onsetShown+1)
	for _, s := range first {
		if len(starts) == onsetShown && earlier(s, starts[onsetShown-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(starts, s, earlier)
		starts = slices.Insert(starts, at, s)
		starts = starts[:min(len(starts), onsetShown)]
	}
	for _, s := range starts {
		list = append(list, Onset{Service: s.services[s.n], IncidentID: s.id, Title: s.title, At: s.at})
	}
	return list, len(first)
}

// giveWay lets a service's own advice give way to the order of onset, except
// where the storm began: there it stands.
func (d *Decision) giveWay(onset []Onset, services int, i *Incident) {
	d.Onset, d.OnsetServices = onset, services
	if len(onset) == 0 || onset[0].IncidentID == i.ID {
		return
	}
	d.Abstained, d.RecommendedAction, d.MatchedIncident, d.MatchedRunbook, d.Fix, d.Example = true, nil, nil, nil, nil, false
	d.Confidence.Reasons = append([]string{d.stormLine()}, d.Confidence.Reasons...)
	for n := range d.Evidence {
		d.Evidence[n].Stance = ""
	}
}

func (d *Decision) stormLine() string {
	first := d.Onset[0]
	return fmt.Sprintf("%d services fire at once; %s was first, at %s UTC: start there", d.Stormed(), first.Service, first.At.UTC().Format("15:04:05"))
}
