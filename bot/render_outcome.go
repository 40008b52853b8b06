package bot

import (
	"cmp"
	"strings"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// The outcomes' buttons; the decision's id is their value.
const (
	actionWorked   = "outcome_worked"
	actionFailed   = "outcome_failed"
	actionReverted = "outcome_reverted"
)

// outcome asks what came of approved advice, next to how things are now, and
// shows the answer once there is one.
func (r *renderer) outcome(d *advice) *message {
	about := r.esc(d.Match(), maxName)
	if d.RecommendedAction != nil {
		about += ": " + r.esc(*d.RecommendedAction, maxLine)
	}
	if d.Outcome != nil {
		m := &message{text: r.notify(title(d.Outcome.Outcome.Words())+", says "+d.Outcome.Actor, limitText)}
		m.add(section(r.result(d.Outcome), r.sequel(d.Decision)), footnote(about))
		return m.fit()
	}
	line := r.standingNow(d) + "Did it help?"
	m := &message{text: r.notify(bare(line), limitText)}
	m.add(section(line), outcomeButtons(d.Decision), footnote(join(about, r.approved(d.Decision))))
	return m.fit()
}

// standingNow says how the incident is: Still 11.8 % (was 12.5 %).
func (r *renderer) standingNow(d *advice) string {
	i := d.live
	switch {
	case i == nil:
		return ""
	case i.MergedInto != "":
		return title(r.merged(i)) + ". " // its alerts may fire there
	case i.Status == engine.Resolved && i.ResolvedAt != nil:
		return "🟢 Over after " + span(i.StartedAt, *i.ResolvedAt) + ". "
	case i.Firing == 0:
		return ""
	}
	a := worst(d.alerts)
	if a == nil {
		return "Still " + cmp.Or(strings.TrimPrefix(partly(i), ", "), "firing") + ". "
	}
	unit := ""
	if a.Unit != "" {
		unit = " " + r.esc(a.Unit, 20)
	}
	s := "Still " + number(*a.Value) + unit
	if a.FirstValue != nil && *a.FirstValue != *a.Value {
		s += " (was " + number(*a.FirstValue) + unit + ")"
	}
	return s + partly(i) + ". "
}

// partly says how many of an incident's alerts fire, where not all do.
func partly(i *engine.Incident) string {
	if i.Series > 1 && i.Firing < i.Series {
		return ", " + spread(i)
	}
	return ""
}

// result is what somebody said came of it: ✅ It worked, says @oncall.
func (r *renderer) result(o *engine.Outcome) string {
	sign := ""
	switch o.Outcome {
	case engine.Worked:
		sign = "✅ "
	case engine.Failed, engine.Reverted:
		sign = "❌ "
	case engine.NotTried:
	}
	note := ""
	if o.Note != "" {
		note = `"` + r.esc(o.Note, maxLine) + `"`
	}
	return join(sign+title(r.esc(o.Outcome.Words(), 40))+", says "+r.person(o.Actor), clock(o.At), note)
}

// sequel says what came after advice that did not help.
func (r *renderer) sequel(d *engine.Decision) string {
	if d.Outcome.Outcome != engine.Failed && d.Outcome.Outcome != engine.Reverted {
		return ""
	}
	return title(r.esc(d.Outdated, maxLine))
}

func (r *renderer) approved(d *engine.Decision) string {
	if v := standing(d); v != nil && v.Verdict == engine.Approve {
		return "approved by " + r.person(v.Actor) + " · " + clock(v.At)
	}
	return ""
}

func outcomeButtons(d *engine.Decision) slack.Block {
	return buttons(button(actionWorked, d.ID, "Yes"), button(actionFailed, d.ID, "No"), button(actionReverted, d.ID, "Reverted"))
}
