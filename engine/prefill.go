package engine

import "strings"

// Prefill is what most likely fixed an incident and why it broke, as its thread
// tells: the latest note that says so, else the advice that worked, else the
// latest that was approved and not said to have failed. Empty where nothing does.
func (d *Detail) Prefill() (fix, cause string) {
	fix, cause = d.Resolution, d.RootCause
	for n := len(d.Timeline) - 1; n >= 0; n-- {
		e := &d.Timeline[n]
		if e.Kind != "note" || e.Actor == "" {
			continue
		}
		if fix == "" {
			fix = marked(e.Text, fixMarks())
		}
		if cause == "" {
			cause = marked(e.Text, causeMarks())
		}
	}
	for _, worked := range []bool{true, false} {
		for n := range d.Decisions {
			dec := &d.Decisions[n]
			if fix != "" || dec.RecommendedAction == nil {
				continue
			}
			if worked && dec.Outcome != nil && dec.Outcome.Outcome == Worked || !worked && dec.Unanswered() {
				fix = *dec.RecommendedAction
			}
		}
	}
	return fix, cause
}

// marked is what a note says behind one of the marks, "" where it begins with
// none of them.
func marked(text string, marks []string) string {
	text = strings.TrimSpace(text)
	for _, mark := range marks {
		if len(text) > len(mark) && strings.EqualFold(text[:len(mark)], mark) {
			return strings.TrimSpace(text[len(mark):])
		}
	}
	return ""
}

// What people begin a note with that says what fixed it, why it broke, or what
// is left to do.

func fixMarks() []string {
	return []string{"what fixed it:", "fixed by:", "fixed by ", "fix:", "fixed:", "resolution:", "solution:", "mitigated by "}
}

func causeMarks() []string {
	return []string{"root cause:", "root cause is ", "cause:", "because ", "why:", "reason:"}
}

func followUpMarks() []string {
	return []string{"follow-up:", "follow up:", "followup:", "todo:", "to do:", "action item:"}
}
