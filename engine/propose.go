package engine

import "context"

// Proposer words the recommendation for a match. History is the deterministic
// one: the words of the matched incident itself. One that asks a model may only
// reword; what it returns is shown only where its numbers, ids and commands
// occur in the evidence or the question.
type Proposer interface {
	// Propose returns the action to recommend for a question whose best evidence
	// comes first, or "" for none. It must not take longer than ctx allows; an
	// error leaves the deterministic words in place.
	Propose(ctx context.Context, q Question, evidence []Evidence) (action string, err error)
	// Name is shown as the decision's generator.
	Name() string
}

// fromHistory proposes what the best evidence records as its fix.
type fromHistory struct{}

func (fromHistory) Name() string { return "deterministic" }

func (fromHistory) Propose(_ context.Context, _ Question, evidence []Evidence) (string, error) {
	if len(evidence) == 0 {
		return "", nil
	}
	return evidence[0].Resolution, nil
}

// propose fills in the match, its action and the record of the fix.
func (e *Engine) propose(ctx context.Context, d *Decision, best candidate) error {
	if best.action() == "" {
		return nil
	}
	action, err := e.proposer.Propose(ctx, d.Question, d.Evidence)
	if err != nil || action == "" {
		e.log.WarnContext(ctx, "the words come from history alone", "error", err)
		action = best.action()
	}
	d.RecommendedAction = &action
	if best.runbook != nil {
		d.MatchedRunbook, d.Example = &best.runbook.ID, best.runbook.Seed
		return nil
	}
	i := best.incident
	d.MatchedIncident, d.Example, d.Then, d.thenSymptom = &i.ID, i.Seed, i.Spike, i.Symptom
	d.Fix = e.library.fixRecord(i)
	return nil
}
