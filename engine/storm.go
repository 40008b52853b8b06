package engine

import (
	"context"
	"fmt"
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

// onset returns in which order services were hit around an incident, where they
// are more than stormServices; else nothing.
func (e *Engine) onset(ctx context.Context, i *Incident) (list []Onset, err error) {
	if i.Service == "" {
		return nil, nil
	}
	var live []Incident
	err = e.store.View(ctx, func(r Reader) error {
		live, _, err = r.Incidents(ctx, IncidentFilter{Live: true}, "", 500)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(live, func(a, b Incident) int { return a.StartedAt.Compare(b.StartedAt) })
	seen := make(map[string]bool)
	for _, other := range live {
		apart := other.StartedAt.Sub(i.StartedAt).Abs()
		if other.Service == "" || apart > stormWindow {
			continue
		}
		for _, service := range append([]string{other.Service}, other.Services...) {
			if key := strings.ToLower(service); !seen[key] {
				seen[key] = true
				list = append(list, Onset{Service: service, IncidentID: other.ID, Title: other.Title, At: other.StartedAt})
			}
		}
	}
	if len(list) <= stormServices {
		return nil, nil
	}
	return list, nil
}

// giveWay lets a service's own advice give way to the order of onset, except
// where the storm began: there it stands.
func (d *Decision) giveWay(onset []Onset, i *Incident) {
	d.Onset = onset
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
	return fmt.Sprintf("%d services fire at once; %s was first, at %s UTC: start there", len(d.Onset), first.Service, first.At.UTC().Format("15:04:05"))
}
