package bot

import (
	"context"

	"ragoffire/engine"
)

// outcomeOf records what came of the advice that a command means, and says so.
func (b *Bot) outcomeOf(ctx context.Context, a asker, c command) (*message, error) {
	d, err := b.advised(ctx, a, c)
	if err != nil {
		return nil, err
	}
	m, err := b.outcome(ctx, a, d.ID, engine.Outcome{Outcome: c.result, Note: c.text})
	if err != nil || m != nil {
		return m, err
	}
	return b.render.note("Noted for " + d.Match() + ": " + c.result.Words() + ". You can correct it for " + engine.Span(engine.UndoWindow) + "."), nil
}

// outcome records what came of advice. Where somebody else has said so already,
// the message tells who and when.
func (b *Bot) outcome(ctx context.Context, a asker, id string, o engine.Outcome) (*message, error) {
	o.Actor = a.name
	d, err := b.engine.ReportOutcome(ctx, id, o)
	if err != nil || d.Outcome == nil || d.Outcome.Actor == a.name {
		return nil, err
	}
	return b.render.note("No change: " + d.Outcome.Actor + " said at " + d.Outcome.At.UTC().Format("15:04") + " UTC that " + d.Outcome.Outcome.Words() + "."), nil
}

// advised finds the decision whose advice is meant. Of an incident that is the
// latest that recommended something, approved ones first.
func (b *Bot) advised(ctx context.Context, a asker, c command) (engine.Decision, error) {
	d, err := b.decisionOf(ctx, a, c)
	if err != nil || decisionID.MatchString(c.id) || d.IncidentID == nil {
		return d, err
	}
	p, err := b.engine.Decisions(ctx, engine.DecisionFilter{IncidentID: *d.IncidentID}, "", 20)
	if err != nil {
		return d, err
	}
	var found *engine.Decision
	for n := range p.Items {
		o := &p.Items[n]
		if o.RecommendedAction != nil && (found == nil || found.Status != engine.Approved && o.Status == engine.Approved) {
			found = o
		}
	}
	if found == nil {
		return d, engine.NotFoundf("nothing was recommended for %s, so there is no outcome to tell", *d.IncidentID)
	}
	return *found, nil
}
