package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"ragoffire/engine/confidence"
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

// Words says a result as people do.
func (r Result) Words() string {
	switch r {
	case Worked:
		return "it worked"
	case Failed:
		return "it did not help"
	case Reverted:
		return "it was taken back"
	case NotTried:
		return "it was not tried"
	}
	return string(r)
}

// Outcome is what a person says came of a decision's recommendation. The latest
// one stands: who said it may correct it at once, others once it has stood for
// UndoWindow, for what worked may still be taken back the day after.
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
	if d.RightIncident != "" {
		return d.RightIncident == d.Match(), true
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

// judged is what the decision teaches the calibration; ok is false where nothing.
func (d *Decision) judged() (o confidence.Outcome, ok bool) {
	right, ok := d.Right()
	if !ok {
		return o, false
	}
	o = confidence.Outcome{Raw: d.Confidence.Raw, Shown: d.ConfidenceScore, Right: right, Weight: 1, At: d.CreatedAt}
	if len(d.Reviews) > 0 {
		o.At = d.Reviews[0].At
	}
	switch {
	case d.Outcome != nil && d.Outcome.Outcome != NotTried:
		o.At = d.Outcome.At
	case d.RightIncident == "":
		o.Weight = confidence.VerdictWeight
	}
	return o, true
}

// ReportOutcome records what came of a decision's recommendation. What did not
// help brings the next candidate at once.
func (e *Engine) ReportOutcome(ctx context.Context, decisionID string, o Outcome) (Decision, error) {
	o.At = e.now()
	for _, s := range []*string{&o.Actor, &o.Note} {
		*s = strings.TrimSpace(Clean(*s))
	}
	if !o.Outcome.Valid() {
		return Decision{}, Invalidf("outcome", "outcome must be worked, failed, reverted or not_tried, not %q", o.Outcome)
	}
	if o.Actor == "" {
		return Decision{}, Invalidf("actor", "an outcome needs an actor: who says so")
	}
	return e.judge(ctx, decisionID, func(tx Tx, d *Decision, w *wants) (Entry, error) {
		switch {
		case d.RecommendedAction == nil:
			return Entry{}, Conflictf("nothing was recommended here, so there is no outcome to tell")
		case d.Outcome != nil && d.Outcome.Outcome == o.Outcome && (o.Note == "" || o.Note == d.Outcome.Note):
			return Entry{}, nil // said already
		case d.Outcome != nil && d.Outcome.Actor != o.Actor && o.At.Sub(d.Outcome.At) < UndoWindow:
			return Entry{}, Conflictf("%s said at %s UTC that %s; for %s only they can correct that",
				d.Outcome.Actor, d.Outcome.At.UTC().Format("15:04"), d.Outcome.Outcome.Words(), Span(UndoWindow))
		}
		d.Outcome = &o
		if o.Outcome == Failed || o.Outcome == Reverted {
			w.jobs = append(w.jobs, Job{Kind: JobDecide, Subject: d.subject()})
		}
		return Entry{At: o.At, Kind: "outcome", Actor: o.Actor, Text: o.text(d)}, e.tellDecision(ctx, tx, d, o.At)
	})
}

// text is the outcome as a line of the timeline.
func (o *Outcome) text(d *Decision) string {
	text := d.Match() + ": " + o.Outcome.Words()
	if o.Note != "" {
		text += ": " + o.Note
	}
	return text
}

// subject is what a decision is decided for again: its incident, or itself where
// a person asked.
func (d *Decision) subject() string {
	if d.IncidentID != nil {
		return *d.IncidentID
	}
	return d.ID
}
