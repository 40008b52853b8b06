package engine

import (
	"fmt"
	"slices"
	"time"
)

// joins says whether a new series stands in an incident, as the engine says, or
// because the rest of the sender's group was merged into it.
func (in *intake) joins(i *Incident, a *Alert) (why string, ok bool) {
	if why, ok = in.engine.joins(i, a); ok {
		return why, true
	}
	if a.GroupKey == "" || len(i.Merged) == 0 || !i.Live() || slices.Contains(a.Apart, i.ID) {
		return "", false
	}
	for _, other := range in.latest {
		if other.Source == a.Source && other.GroupKey == a.GroupKey && other.Status != AlertResolved && in.homes[other] == i {
			return "same group at " + a.Source + ", merged into this incident", true
		}
	}
	return "", false
}

// joins says whether a new series stands in an incident that is open already,
// and why: because the sender's own group says so, or because the service and
// environment are the same and the incident is still growing.
func (e *Engine) joins(i *Incident, a *Alert) (why string, ok bool) {
	if !i.Live() || slices.Contains(a.Apart, i.ID) {
		return "", false
	}
	if a.GroupKey != "" && i.Source == a.Source && i.GroupKey == a.GroupKey {
		return "same group at " + a.Source, true
	}
	if e.cfg.NoServiceGroups || a.Service == "" || a.Environment == "" || i.SplitFrom != "" {
		return "", false // what stands in a split incident, people have said
	}
	if i.Service != a.Service || i.Environment != a.Environment {
		return "", false
	}
	age := a.ReceivedAt.Sub(i.LastSeriesAt)
	if age.Abs() >= e.cfg.GroupWindow { // what a stream had kept for us came when it came
		return "", false
	}
	return "same service and environment, " + Span(max(age, 0)) + " after the one before", true
}

// Span is a duration as people say it: 40 s, 12 min, 3 h, 2 d.
func Span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Round(time.Second)/time.Second))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d/time.Hour))
	}
	return fmt.Sprintf("%d d", int(d/(24*time.Hour)))
}

// Length is a span that somebody chose: all of it, where what has passed is near enough
// in its first unit.
func Length(d time.Duration) string {
	whole := 24 * time.Hour
	switch {
	case d < time.Minute:
		whole = time.Second
	case d < 2*time.Hour:
		whole = time.Minute
	case d < 48*time.Hour:
		whole = time.Hour
	}
	if rest := d % whole; rest >= time.Second {
		return Span(d) + " " + Length(rest)
	}
	return Span(d)
}
