package bot

import (
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// standing is the verdict that stands, nil where there is none.
func standing(d *engine.Decision) *engine.Review {
	if len(d.Reviews) == 0 {
		return nil
	}
	return &d.Reviews[len(d.Reviews)-1]
}

func verdictWord(v engine.Verdict) string {
	if v == engine.Reject {
		return "rejected"
	}
	return "approved"
}

// verdict says who decided, and what came of it.
func (r *renderer) verdict(d *engine.Decision) []string {
	var lines []string
	if v := standing(d); v != nil {
		lines = r.review(v)
	}
	if d.Outcome != nil {
		lines = append(lines, r.result(d.Outcome))
	}
	return lines
}

func (r *renderer) review(v *engine.Review) []string {
	reason := ""
	if v.Reason != "" {
		reason = `"` + r.esc(v.Reason, maxLine) + `"`
	}
	if v.Verdict == engine.Reject {
		lines := []string{join("❌ Rejected by "+r.person(v.Actor), clock(v.At), reason)}
		if v.CorrectAction != "" {
			lines = append(lines, "instead: "+r.esc(v.CorrectAction, maxLine))
		}
		if v.CorrectIncident != "" {
			lines = append(lines, "it is: "+r.esc(v.CorrectIncident, maxName))
		}
		return lines
	}
	return []string{join("✅ Approved by "+r.person(v.Actor), clock(v.At), reason, "rof changed nothing, this is done by hand")}
}

// decisionButtons offers what is left to do. Advice that has been answered by
// newer leads there instead, by a button of its own.
func decisionButtons(d *engine.Decision, now time.Time) slack.Block {
	var list []slack.BlockElement
	v := standing(d)
	switch {
	case v != nil && now.Sub(v.At) < engine.UndoWindow:
		list = append(list, button(actionUndo, d.ID, "Undo"))
	case v == nil && d.Open():
		list = append(list, primary(button(actionApprove, d.ID, "Approve")), button(actionReject, d.ID, "Reject"))
	}
	if d.SupersededBy == "" {
		list = append(list, button(actionEvidence, d.ID, "Evidence"))
	}
	return buttons(list...)
}
