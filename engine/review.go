package engine

import "time"

// Verdict is what a person says of a decision.
type Verdict string

// The verdicts.
const (
	Approve Verdict = "approve"
	Reject  Verdict = "reject"
)

// Review is a person's verdict on a decision. The first one stands; it can be
// undone by its author for ten minutes.
type Review struct {
	DecisionID      string    `json:"decision_id,omitempty"`
	Verdict         Verdict   `json:"verdict"`
	Actor           string    `json:"actor"`
	Reason          string    `json:"reason"`
	CorrectAction   string    `json:"correct_action"`
	CorrectIncident string    `json:"correct_incident"`
	At              time.Time `json:"at"`
}

// UndoWindow is how long the author of a review may take it back.
const UndoWindow = 10 * time.Minute
