package engine

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Handoff is what the next shift must know.
type Handoff struct {
	Open       []Incident // live ones that nothing more is said of below, the worst first
	Flapping   []Incident
	Clear      []Incident // closing is proposed
	Unanswered []Decision // approved, and nobody said what came of it
	Expiring   []Expiry   // what ends by itself within the next shift
	More       bool       // there are more than were looked at
}

// Expiry is something that ends by itself, such as a silence.
type Expiry struct {
	Name  string
	By    string
	Until time.Time
}

const (
	// handedOver bounds the live incidents that are looked at.
	handedOver = 200
	// shiftsBack is how old an approval may be whose outcome is still asked for.
	shiftsBack = 3 * 24 * time.Hour
)

// Handoff gathers what the next shift must know.
func (e *Engine) Handoff(ctx context.Context) (Handoff, error) {
	live, err := e.Incidents(ctx, IncidentFilter{Live: true}, "", handedOver)
	if err != nil {
		return Handoff{}, err
	}
	made, err := e.Decisions(ctx, DecisionFilter{Status: Approved}, "", handedOver)
	if err != nil {
		return Handoff{}, err
	}
	var active []Silence
	err = e.store.View(ctx, func(r Reader) (err error) {
		active, err = r.Silences(ctx, e.now())
		return err
	})
	if err != nil {
		return Handoff{}, err
	}
	h := handoff(live.Items, made.Items, active, e.now())
	h.More = live.Next != ""
	return h, nil
}

func handoff(live []Incident, approved []Decision, active []Silence, now time.Time) Handoff {
	var h Handoff
	for _, i := range live {
		switch {
		case i.Flapping():
			h.Flapping = append(h.Flapping, i)
		case i.Clear():
			h.Clear = append(h.Clear, i)
		default:
			h.Open = append(h.Open, i)
		}
	}
	for _, list := range [][]Incident{h.Open, h.Flapping, h.Clear} {
		slices.SortStableFunc(list, worstFirst)
	}
	for _, d := range approved {
		at := d.CreatedAt
		if len(d.Reviews) > 0 && d.Reviews[0].At.After(at) {
			at = d.Reviews[0].At
		}
		if d.Unanswered() && now.Sub(at) < shiftsBack {
			h.Unanswered = append(h.Unanswered, d)
		}
	}
	for n := range active {
		s := &active[n]
		h.Expiring = append(h.Expiring, Expiry{Name: "silence " + s.Words(), By: s.By, Until: s.Until})
	}
	slices.SortStableFunc(h.Expiring, func(a, b Expiry) int { return a.Until.Compare(b.Until) })
	return h
}

// worstFirst orders incidents by severity, nobody's before somebody's, then by
// age.
func worstFirst(a, b Incident) int {
	switch {
	case a.Severity.Worse(b.Severity):
		return -1
	case b.Severity.Worse(a.Severity):
		return 1
	}
	taken := func(i *Incident) int {
		if i.Taker() != nil {
			return 1
		}
		return 0
	}
	return cmp.Or(taken(&a)-taken(&b), a.StartedAt.Compare(b.StartedAt))
}
