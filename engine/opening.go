package engine

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Opening says how often an alert must fire before it opens an incident: for what
// comes and goes by itself and is news only where it keeps doing so.
type Opening struct {
	Match  map[string]*regexp.Regexp
	Count  int           // its Nth firing opens; 1 and less: the first one
	Within time.Duration // of the Nth
}

// MaxOpening bounds Count: a series remembers when it fired.
const MaxOpening = 20

// opening is the rule that an alert falls under: the first that matches it.
func (c *Config) opening(a *Alert) *Opening {
	for n := range c.Openings {
		if o := &c.Openings[n]; matches(o.Match, a.field) {
			if o.Count <= 1 {
				return nil
			}
			return o
		}
	}
	return nil
}

// fires remembers when a series fired, for as long as that may count.
func (in *intake) fires(prev, ep *Alert) {
	if len(in.engine.cfg.Openings) == 0 {
		return
	}
	var fired []time.Time
	if prev != nil {
		fired = slices.Clone(prev.Fired)
	}
	fired = append(fired, ep.StartedAt)
	ep.Fired = fired[max(0, len(fired)-MaxOpening):]
}

// holds reports whether an alert has not fired often enough to open an incident,
// and where it has, what is said of that.
func (in *intake) holds(ep *Alert) (held bool, why string) {
	o := in.engine.cfg.opening(ep)
	if o == nil {
		return false, ""
	}
	counts := func(t time.Time) bool { return ep.StartedAt.Sub(t) < o.Within }
	recent := slices.DeleteFunc(slices.Clone(ep.Fired), func(t time.Time) bool { return !counts(t) })
	if len(recent) < o.Count {
		return true, ""
	}
	return false, fmt.Sprintf(", fired %d times in %s", len(recent), Span(max(0, ep.StartedAt.Sub(recent[0]))))
}

// release opens the incident of an alert that was held and is so no longer: it got
// worse, or the config says otherwise now.
func (in *intake) release(ep *Alert) bool {
	if !ep.Held || ep.Status == AlertResolved {
		return false
	}
	in.open(ep)
	return !ep.Held
}
