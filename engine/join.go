package engine

import (
	"fmt"
	"time"
)

// joins says whether a new series stands in an incident that is open already,
// and why: because the sender's own group says so, or because the service and
// environment are the same and the incident is still growing.
func (e *Engine) joins(i *Incident, a *Alert) (why string, ok bool) {
	if !i.Live() {
		return "", false
	}
	if a.GroupKey != "" && i.Source == a.Source && i.GroupKey == a.GroupKey {
		return "same group at " + a.Source, true
	}
	if e.cfg.NoServiceGroups || a.Service == "" || a.Environment == "" {
		return "", false
	}
	if i.Service != a.Service || i.Environment != a.Environment {
		return "", false
	}
	if age := a.ReceivedAt.Sub(i.LastSeriesAt); age >= e.cfg.GroupWindow {
		return "", false
	}
	return fmt.Sprintf("same service %s in %s within %s", a.Service, a.Environment, Span(e.cfg.GroupWindow)), true
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
