package engine

import (
	"context"
	"time"

	"ragoffire/engine/confidence"
)

// Backtest is what would have been answered, had every resolved incident of this
// store been asked about when it began, from what was known then. Examples are
// neither asked about nor known. Figures are null where there is nothing to
// count.
type Backtest struct {
	Incidents int        `json:"incidents"` // asked about, in order of their start
	From      *time.Time `json:"from"`
	To        *time.Time `json:"to"`
	Judged    int        `json:"judged"`   // decisions that people judged; each counts from then on
	Runbooks  int        `json:"runbooks"` // as they are today: when each was written is not known

	// Of Answerable incidents an earlier one was relevant. The hits say how many
	// of those had a relevant one among the first 1, 3 and 5, answered or not.
	Answerable int      `json:"answerable"`
	Hit1       *float64 `json:"hit_1"`
	Hit3       *float64 `json:"hit_3"`
	Hit5       *float64 `json:"hit_5"`
	MRR        *float64 `json:"mrr"`

	// Actions are the recommendations for incidents whose fix is known, and
	// ActionAccuracy the share of them that recommended it.
	Actions        int      `json:"actions"`
	ActionAccuracy *float64 `json:"action_accuracy"`

	Coverage       *float64 `json:"coverage"`        // share that was answered
	WrongConfident *float64 `json:"wrong_confident"` // share of the answers that was confident and wrong

	Falls Falls `json:"falls"`
	// Reliability is that of the confidence shown with answers, Raw that of the
	// rule of thumb alone.
	Reliability
	Raw Reliability `json:"raw"`

	Sentence string         `json:"sentence"`
	Wrong    []BacktestCase `json:"wrong"`  // answered and wrong, the surest first
	Missed   []BacktestCase `json:"missed"` // silent, though an earlier incident was relevant
}

// Falls counts how the answers fell; together they are all incidents asked about.
type Falls struct {
	Right            int `json:"right"`             // named a relevant earlier incident
	RightRunbook     int `json:"right_runbook"`     // or a runbook that is for it
	Unjudged         int `json:"unjudged"`          // a runbook that nothing here can judge
	ConfidentlyWrong int `json:"confidently_wrong"` // at 70 % or more
	UnsurelyWrong    int `json:"unsurely_wrong"`    // below
	Missed           int `json:"missed"`            // silent, though an earlier one was relevant
	New              int `json:"new"`               // silent, and nothing earlier was
}

// BacktestCase is one incident of a backtest that was not answered rightly.
type BacktestCase struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	At    time.Time `json:"at"`
	Named string    `json:"named"` // what it was taken for; of a missed one, what was nearest
	Score float64   `json:"score"`
	Why   []string  `json:"why"`   // the reasons given for it
	Right []string  `json:"right"` // relevant earlier ones, the latest first, at most three
}

// confident is the score from which a wrong answer misleads: from "likely" on
// people act on it.
const confident = 0.70

// Backtest replays this store's own history in order of time. What is judged,
// resolved or changed counts only from the moment it was; an incident's own end
// is not known to it.
func (e *Engine) Backtest(ctx context.Context) (Backtest, error) {
	var r *replay
	err := e.store.View(ctx, func(rd Reader) (err error) {
		r, err = e.newReplay(ctx, rd)
		return err
	})
	if err != nil {
		return Backtest{}, err
	}
	for n := range r.asked {
		if err := r.ask(ctx, &r.asked[n]); err != nil {
			return Backtest{}, err
		}
	}
	return r.report(), nil
}

// answered is one incident of a replay and how its answer fell.
type answered struct {
	incident *Incident
	decision Decision
	nearest  string
	relevant []string // earlier ones, the latest first
	rank     int      // of the first relevant one, from 1; 0 where none was found
	fell     fall
	acted    bool // an action was recommended, and what fixed it is known
	fixed    bool // they are the same
}

type fall int

const (
	fellSilent fall = iota
	fellRight
	fellRightRunbook
	fellUnjudged
	fellWrong
)

// outcome is the answer as calibration counts it; ok is false where there was
// none, or nothing can judge it.
func (a *answered) outcome() (o confidence.Outcome, ok bool) {
	o = confidence.Outcome{
		Raw: a.decision.Confidence.Raw, Shown: a.decision.ConfidenceScore, Weight: 1,
		Right: a.fell == fellRight || a.fell == fellRightRunbook,
	}
	return o, a.fell != fellSilent && a.fell != fellUnjudged
}
