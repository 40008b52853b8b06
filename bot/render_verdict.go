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

func (r *renderer) verdict(d *engine.Decision) []string {
	v := standing(d)
	if v == nil {
		return nil
	}
	if v.Verdict == engine.Reject {
		reason := ""
		if v.Reason != "" {
			reason = `"` + r.esc(v.Reason, maxLine) + `"`
		}
		lines := []string{join("❌ Rejected by "+r.person(v.Actor), clock(v.At), reason)}
		if v.CorrectAction != "" {
			lines = append(lines, "instead: "+r.esc(v.CorrectAction, maxLine))
		}
		if v.CorrectIncident != "" {
			lines = append(lines, "it is: "+r.esc(v.CorrectIncident, maxName))
		}
		return lines
	}
	return []string{join("✅ Approved by "+r.person(v.Actor), clock(v.At), "rof changed nothing, this is done by hand")}
}

func decisionButtons(d *engine.Decision, now time.Time) slack.Block {
	evidence := button(actionEvidence, d.ID, "Evidence")
	v := standing(d)
	switch {
	case v != nil && now.Sub(v.At) < engine.UndoWindow:
		return buttons(button(actionUndo, d.ID, "Undo"), evidence)
	case v != nil || d.Match() == "":
		return buttons(evidence)
	}
	return buttons(primary(button(actionApprove, d.ID, "Approve")), button(actionReject, d.ID, "Reject"), evidence)
}
