package engine

import "context"

// Answer is a decision without its record: what the budgets of a decision are
// about.
func (e *Engine) Answer(ctx context.Context, q Question) (Decision, error) { return e.answer(ctx, q) }
