package engine

import (
	"fmt"
	"strings"
)

// What every face says in the same words. None of it is made safe to show: that
// is each face's own business.

// Record is what history says of the fix: worked 1 of 2: INC-2025-001 in 18 min;
// INC-2025-006 failed, pool was too small. It is empty where it was never tried.
func (f *FixRecord) Record() string {
	if f == nil || f.Tried == 0 {
		return ""
	}
	s := fmt.Sprintf("worked %d of %d", f.Worked, f.Tried)
	if len(f.Trials) == 0 {
		if f.Took != "" {
			s += ", in " + f.Took
		}
		return s
	}
	var trials []string
	for n := range f.Trials {
		trials = append(trials, f.Trials[n].line())
	}
	if more := f.Tried - len(trials); more > 0 {
		trials = append(trials, fmt.Sprintf("%d more", more))
	}
	return s + ": " + strings.Join(trials, "; ")
}

func (t *Trial) line() string {
	s := t.ID
	switch {
	case t.Outcome == Worked && t.Took != "":
		return s + " in " + t.Took
	case t.Outcome == Reverted:
		s += " taken back"
	default:
		s += " " + string(t.Outcome)
	}
	if t.Note != "" {
		s += ", " + t.Note
	}
	return s
}

// Terms are what goes with the fix: what was set where it was done, what it
// costs, how to take it back and what to look at first.
func (f *FixRecord) Terms() string {
	if f == nil {
		return ""
	}
	var parts []string
	for _, p := range [][2]string{{"then: ", f.Then}, {"cost: ", f.Cost}, {"undo: ", f.Undo}, {"check first: ", strings.Join(f.CheckFirst, "; ")}} {
		if p[1] != "" {
			parts = append(parts, p[0]+p[1])
		}
	}
	return strings.Join(parts, " · ")
}

// Following ties a decision to the one before it, which may be nil: next
// candidate after INC-2025-006, rejected by ann.
func (d *Decision) Following(before *Decision) string {
	if before == nil {
		return ""
	}
	was := before.Match()
	if was == "" {
		return "in place of no match before"
	}
	if o := before.Outcome; o != nil && (o.Outcome == Failed || o.Outcome == Reverted) {
		return "next candidate after " + was + ": " + o.Outcome.Words()
	}
	if len(before.Reviews) > 0 && before.Reviews[0].Verdict == Reject {
		return "next candidate after " + was + ", rejected by " + before.Reviews[0].Actor
	}
	return "in place of the advice from " + was
}

// Stormed is how many services fire at once, 0 where it is no storm.
func (d *Decision) Stormed() int { return max(d.OnsetServices, len(d.Onset)) }

// Spread says in which order services were hit: db-primary 03:01:10, then
// checkout, cart and 4 more.
func (d *Decision) Spread() string {
	if len(d.Onset) == 0 {
		return ""
	}
	const shown = 8
	s := d.Onset[0].Service + " " + d.Onset[0].At.UTC().Format("15:04:05")
	var names []string
	for _, o := range d.Onset[1:min(len(d.Onset), shown)] {
		names = append(names, o.Service)
	}
	if len(names) > 0 {
		s += ", then " + strings.Join(names, ", ")
	}
	if more := d.Stormed() - shown; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}
