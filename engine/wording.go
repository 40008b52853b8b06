package engine

import (
	"context"
	"time"
)

// Writer explains a decision in words of a model. It is asked after the decision
// is out, and nothing waits for it.
type Writer interface {
	// Model names it; that is shown beside its words.
	Model() string
	// Write returns a draft. It bounds its own time, is safe for concurrent use,
	// and fails with one line that says why; then the decision stands as it is.
	// What it returns is not trusted, see Wording.
	Write(ctx context.Context, b Brief) (Draft, error)
}

// Brief is what a Writer may know: the alert's facts, the recommendation, and
// the evidence it rests on.
type Brief struct {
	Facts    string
	Action   string
	Evidence []Source
}

// Source is a past incident or runbook as a Writer reads it.
type Source struct{ ID, Text string }

// Draft is what a Writer wrote; each text may be empty.
type Draft struct {
	Summary  string   // what this probably is
	Action   string   // the recommendation in other words
	Check    string   // what to check first
	Cites    []string // ids of the evidence it used
	Withheld int      // texts that the writer itself held back
}

// Wording is a model's explanation beside a decision. It never replaces its
// match, action or confidence, and was held against the evidence before: see
// engine/ground.
type Wording struct {
	Summary string    `json:"summary,omitempty"`
	Action  string    `json:"action,omitempty"`
	Check   string    `json:"check,omitempty"`
	Model   string    `json:"model"`
	Cites   []string  `json:"cites,omitempty"`
	At      time.Time `json:"at"`
}
