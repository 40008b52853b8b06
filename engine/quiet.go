package engine

import "time"

// Quiet are the hours in which a route's lesser incidents wake nobody: they are
// recorded and on the dashboard at once, and told in one digest at their end.
type Quiet struct {
	From, To time.Duration // since midnight; over midnight where From is the later
	Zone     *time.Location
	Below    Severity // what is less severe than this waits
}

// holds reports whether an incident of that severity waits, and until when.
func (q *Quiet) holds(s Severity, now time.Time) (till time.Time, ok bool) {
	if q == nil || !q.Below.Worse(s) {
		return time.Time{}, false
	}
	return q.until(now)
}

// until says when the quiet hours end that are now. Days are those of the
// calendar: some have 23 hours.
func (q *Quiet) until(now time.Time) (time.Time, bool) {
	local := now.In(q.Zone)
	at := func(days int, clock time.Duration) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+days, 0, 0, int(clock/time.Second), 0, q.Zone)
	}
	from, to := at(0, q.From), at(0, q.To)
	switch {
	case q.From < q.To:
		return to.UTC(), !local.Before(from) && local.Before(to)
	case local.Before(to):
		return to.UTC(), true
	}
	return at(1, q.To).UTC(), !local.Before(from)
}
