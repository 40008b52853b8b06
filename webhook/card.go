package webhook

import (
	"slices"
	"strings"
	"time"

	"ragoffire/engine"
)

// cardView is a decision as a card.
type cardView struct {
	engine.Decision
	Waits   bool
	Verdict *engine.Review
	Undo    bool // the verdict can still be taken back
	Ask     bool // somebody should say what came of it
	Correct bool // and may still say it otherwise
	Best    *engine.Evidence
	Groups  []evidenceView
	Reasons string
	After   string // what it follows
	Newer   string // the card that answers what has overtaken it
	Changes []changeView
	First   bool // the storm began with this incident

	Elsewhere string // where verdicts are given, where not here
}

// evidenceView is the evidence that speaks one way.
type evidenceView struct {
	Title string
	List  []engine.Evidence
}

// changeView is a change next to what it may have broken.
type changeView struct {
	Line  string
	First bool // to look at
	Link  engine.Link
}

// newCard is the n-th decision of an incident as a card.
func newCard(in *engine.Detail, n int, now time.Time) cardView {
	d := in.Decisions[n]
	v := cardView{
		Decision: d, Waits: waits(&d) && in.Live(), Ask: d.Unanswered(), Reasons: reasons(&d.Confidence),
		First: len(d.Onset) > 0 && d.Onset[0].IncidentID == in.ID,
	}
	if len(d.Reviews) > 0 {
		v.Verdict = &d.Reviews[len(d.Reviews)-1]
		v.Undo = now.Sub(v.Verdict.At) < engine.UndoWindow
	}
	v.Correct = d.Outcome != nil && now.Sub(d.Outcome.At) < engine.UndoWindow
	for n := range in.Decisions {
		switch other := &in.Decisions[n]; other.ID {
		case d.Follows:
			v.After = d.Following(other)
		case d.SupersededBy:
			v.Newer = other.ID
		}
	}
	for n := range in.Changes {
		c := &in.Changes[n]
		v.Changes = append(v.Changes, changeView{Line: c.Before(in.StartedAt), First: n == 0 && c.JustBefore(in.StartedAt), Link: engine.Link{Rel: "change", URL: c.URL}})
	}
	v.weigh(d.Evidence)
	return v
}

// weigh puts the evidence in the order in which a person weighs it.
func (v *cardView) weigh(evidence []engine.Evidence) {
	for n := range evidence {
		if e := &evidence[n]; e.ID == v.Match() && v.Best == nil {
			v.Best = e
		}
	}
	for _, g := range []struct {
		title  string
		stance engine.Stance
	}{{"Speaks for it", engine.For}, {"Speaks against it", engine.Against}, {"Compared with it", ""}} {
		list := slices.DeleteFunc(slices.Clone(evidence), func(e engine.Evidence) bool { return e.Stance != g.stance })
		if len(list) > 0 {
			v.Groups = append(v.Groups, evidenceView{g.title, list})
		}
	}
}

// Told are the witnesses for and against that stand on the card itself, beside
// the match.
func (v *cardView) Told(stance engine.Stance) []engine.Evidence {
	var list []engine.Evidence
	for n := range v.Evidence {
		if e := v.Evidence[n]; e.Stance == stance && e.ID != v.Match() && len(list) < 3 {
			list = append(list, e)
		}
	}
	return list
}

// From says where the card's words come from, "" where it found nothing.
func (v *cardView) From() string {
	from := ""
	switch {
	case v.MatchedRunbook != nil:
		from = "from a runbook"
	case v.Match() != "":
		from = "from history"
	}
	if from != "" && v.Generator != "deterministic" {
		from += ", worded by " + v.Generator
	}
	return from
}

// reasons says why, and in parentheses what that number rests on.
func reasons(c *engine.Confidence) string {
	s := strings.Join(c.Reasons, ", ")
	if c.Base != "" {
		s = strings.TrimSpace(s + " (" + c.Base + ")")
	}
	return s
}
