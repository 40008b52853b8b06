package bot

import (
	"context"
	"strings"

	"ragoffire/engine"
)

// fixMark begins a note that says what fixed an incident.
const fixMark = "fix: "

// suggested is what most likely fixed an incident and why it broke, to begin a
// dialog with. It is a convenience, so an error is none.
func (b *Bot) suggested(ctx context.Context, id string) (fix, cause string) {
	d, err := b.engine.Incident(ctx, id)
	if err != nil {
		return "", ""
	}
	return prefill(&d)
}

// prefill reads the notes of an incident for the latest that begins like what
// fixed it or why it broke; what fixed it may else be the advice that was approved
// last, unless people said that it did not help.
func prefill(d *engine.Detail) (fix, cause string) {
	cause = d.RootCause
	for n := len(d.Timeline) - 1; n >= 0; n-- {
		e := &d.Timeline[n]
		if e.Kind != "note" || e.Actor == "" {
			continue
		}
		if fix == "" {
			fix = behind(e.Text, fixMark, "fixed by ", "fixed: ", "what fixed it: ")
		}
		if cause == "" {
			cause = behind(e.Text, "cause: ", "root cause: ", "because ")
		}
	}
	for n := range d.Decisions {
		o := &d.Decisions[n]
		if fix == "" && o.Status == engine.Approved && o.RecommendedAction != nil && (o.Outcome == nil || o.Outcome.Outcome == engine.Worked) {
			fix = *o.RecommendedAction
		}
	}
	return fix, cause
}

// behind is what follows the first of the marks that a text begins with, "" where
// it begins with none.
func behind(text string, marks ...string) string {
	for _, m := range marks {
		if len(text) > len(m) && strings.EqualFold(text[:len(m)], m) {
			return strings.TrimSpace(text[len(m):])
		}
	}
	return ""
}
