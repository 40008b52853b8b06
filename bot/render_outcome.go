package bot

import (
	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// The outcomes' buttons; the decision's id is their value.
const (
	actionWorked   = "outcome_worked"
	actionFailed   = "outcome_failed"
	actionReverted = "outcome_reverted"
)

// outcome asks what came of approved advice, and shows the answer once there is
// one.
func (r *renderer) outcome(d *engine.Decision, live *engine.Incident) *message {
	line := "Did it help?"
	if d.RecommendedAction != nil {
		line = join(r.escLines(*d.RecommendedAction, maxLine), line)
	}
	if live != nil && live.Status == engine.Resolved && live.ResolvedAt != nil {
		line = join("🟢 over after "+span(live.StartedAt, *live.ResolvedAt), line)
	}
	m := &message{text: bare(line)}
	if o := d.Outcome; o != nil {
		m.add(section(join(outcomeWord(o.Outcome)+" says "+r.person(o.Actor), clock(o.At), r.esc(o.Note, maxLine))))
		return m.fit()
	}
	m.add(section(line))
	m.add(outcomeButtons(d))
	return m.fit()
}

func outcomeWord(o engine.Result) string {
	switch o {
	case engine.Worked:
		return "✅ It worked,"
	case engine.Failed:
		return "❌ It did not help,"
	case engine.Reverted:
		return "↩️ It was taken back,"
	case engine.NotTried:
	}
	return "It was not tried,"
}

func outcomeButtons(d *engine.Decision) slack.Block {
	return buttons(button(actionWorked, d.ID, "Yes"), button(actionFailed, d.ID, "No"), button(actionReverted, d.ID, "Reverted"))
}
