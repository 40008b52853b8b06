package engine

import (
	"slices"
	"time"
)

// Result is what came of a recommendation once it was carried out.
type Result string

// The results.
const (
	Worked   Result = "worked"
	Failed   Result = "failed"
	Reverted Result = "reverted"  // carried out, and taken back
	NotTried Result = "not_tried" // somebody did something else, or it ended by itself
)

// Valid reports whether r is one of the results.
func (r Result) Valid() bool { return slices.Contains([]Result{Worked, Failed, Reverted, NotTried}, r) }

// Outcome is what a person says came of a decision's recommendation. It may be
// corrected: the latest one stands.
type Outcome struct {
	Outcome Result    `json:"outcome"`
	Actor   string    `json:"actor"`
	Note    string    `json:"note"`
	At      time.Time `json:"at"`
}

// Right says whether a judged decision named the same problem, as far as people
// told; ok is false where they did not. What came of it counts before a verdict.
// A fix that failed speaks against the match: had it been the same problem, it
// would have helped. A rejection that names the match itself as the right
// incident rejects the fix only.
func (d *Decision) Right() (right, ok bool) {
	if d.Match() == "" {
		return false, false
	}
	if d.Outcome != nil && d.Outcome.Outcome != NotTried {
		return d.Outcome.Outcome == Worked, true
	}
	if len(d.Reviews) == 0 {
		return false, false
	}
	r := d.Reviews[0]
	return r.Verdict == Approve || r.CorrectIncident == d.Match(), true
}
