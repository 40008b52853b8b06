package engine

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	// flapsAt is how often a series fires again within flapWindow before that is
	// no news any more.
	flapsAt    = 3
	flapWindow = time.Hour
	// flapCalm is how long nothing must come or go before it counts as over. It is
	// longer than a series may be silent and still be the same episode's sequel.
	flapCalm = 30 * time.Minute
	// flapsKept bounds what a series remembers of it.
	flapsKept = 20
)

// refired is when the series fired again within the hour before at, at included.
func (a *Alert) refired(at time.Time) []time.Time {
	recent := slices.Clone(a.Refired)
	recent = slices.DeleteFunc(recent, func(t time.Time) bool { return at.Sub(t) >= flapWindow })
	recent = append(recent, at)
	return recent[max(0, len(recent)-flapsKept):]
}

// flap counts that a series of the incident fired again. The notice, where there
// is one, says that from now on such changes are counted and not told.
func (i *Incident) flap(ep *Alert, now time.Time) (starts *Notice) {
	switch {
	case i.Flapping():
		i.Flaps++
	case len(ep.Refired) < flapsAt:
		return nil
	default:
		since := ep.Refired[0]
		i.FlappingSince, i.Flaps = &since, len(ep.Refired)
		starts = &Notice{What: "flapping", Now: i.Flaps, After: Span(max(0, now.Sub(since)))}
	}
	i.FlappedAt = &now
	return starts
}

// reopens is within which time a series that fires again goes on with its
// incident: one that flaps is given longer, and one that is not over, since
// somebody owns it or others of its alerts fire, all the time there is. A series
// has one open incident at most.
func (in *intake) reopens(prev *Alert) time.Duration {
	window := in.engine.cfg.ReopenWindow
	if prev == nil {
		return window
	}
	switch home := in.homes[prev]; {
	case home == nil:
	case home.Live():
		return math.MaxInt64
	case home.Flapping():
		return max(window, flapCalm)
	}
	return window
}

// calm is the job that ends an incident's flapping once nothing has come or gone
// for a while, and says then how it ended.
func (e *Engine) calm(ctx context.Context, id string) error {
	now := e.now()
	var wait time.Duration
	err := e.store.Update(ctx, func(tx Tx) error {
		wait = 0
		i, err := tx.Incident(ctx, id)
		if KindOf(err) == NotFound || err == nil && !i.Flapping() {
			return nil
		}
		if err != nil {
			return err
		}
		if wait = i.FlappedAt.Add(flapCalm).Sub(now); wait > 0 {
			return nil
		}
		text := fmt.Sprintf("calm after it fired again %d times in %s", i.Flaps, Span(max(0, i.FlappedAt.Sub(*i.FlappingSince))))
		i.FlappingSince, i.FlappedAt, i.Flaps = nil, nil, 0
		entry := Entry{ID: newID("ent_", now), IncidentID: i.ID, At: now, Kind: "calm", Text: text}
		w := newWants(now)
		w.incident(&i)
		if at := i.ClearedAt; i.Clear() {
			err = w.notice(&i, entry.ID, *i.clearNotice(*at))
		} else if i.Status == Resolved && i.ResolvedBy == "" && i.ResolvedAt != nil {
			err = w.notice(&i, entry.ID, *i.clearNotice(*i.ResolvedAt))
		}
		if err != nil {
			return err
		}
		return e.publish(ctx, tx, []*Incident{&i}, []Entry{entry}, w, now)
	})
	if err == nil && wait > 0 {
		return &Again{After: wait}
	}
	return err
}
