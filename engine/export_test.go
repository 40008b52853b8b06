package engine

import "context"

// Answer is a decision without its record: what the budgets of a decision are
// about.
func (e *Engine) Answer(ctx context.Context, q Question) (Decision, error) {
	in, err := e.inquire(ctx, q, e.now())
	if err != nil {
		return Decision{}, err
	}
	return e.adviser().answer(ctx, in)
}

// Position is up to where the engine has followed the events.
func (e *Engine) Position() int64 { return e.feed.position() }
