package engine

import (
	"fmt"
	"slices"
	"strings"

	"ragoffire/engine/confidence"
)

// evidence is the candidate as a decision cites it.
func (c candidate) evidence(ask inquiry) Evidence {
	ev := Evidence{Kind: c.hit.Kind, ID: c.hit.ID, Score: round(c.out.Raw / full), Resolution: c.action(), Why: c.why(ask)}
	if c.runbook != nil {
		ev.Title, ev.Service, ev.Example = c.runbook.Title, c.runbook.Service, c.runbook.Seed
		return ev
	}
	ev.Title, ev.Service, ev.Example, ev.Outcome = c.incident.Title, c.incident.Service, c.incident.Seed, string(Resolved)
	return ev
}

// why says what a citation has in common with the question, in facts that a
// person can check.
func (c candidate) why(ask inquiry) []string {
	var why []string
	switch c.out.TypeMatch {
	case confidence.TypeGiven:
		why = append(why, "same error type "+ask.errorType)
	case confidence.TypeGuessed:
		why = append(why, "error type "+ask.errorType+", guessed from the words")
	case confidence.TypeFamily:
		why = append(why, "related error type "+c.in.MatchType)
	case confidence.TypeNone:
	}
	switch {
	case ask.Service == "" || c.in.MatchService == "":
	case sameName(ask.Service, c.in.MatchService):
		why = append(why, "same service "+ask.Service)
	default:
		why = append(why, "on "+c.in.MatchService)
	}
	if ask.Spike != nil && c.in.MatchMagnitude != nil {
		why = append(why, fmt.Sprintf("%s now, %s then", Percent(*ask.Spike), Percent(*c.in.MatchMagnitude)))
	}
	if n := min(4, len(c.hit.Matched)); n > 0 {
		why = append(why, "words: "+strings.Join(c.hit.Matched[:n], ", "))
	}
	return why
}

// explain says how sure we are of the best candidate, and why.
func (e *Engine) explain(ask inquiry, best candidate) Confidence {
	out := best.out
	c := Confidence{
		Score: round(out.Score), Raw: round(out.Raw), Word: confidence.Word(out.Score),
		Outcomes: e.calibrator.Load().Outcomes(), Guessed: out.TypeMatch == confidence.TypeGuessed,
	}
	c.Calibrated = c.Outcomes > 0
	switch out.TypeMatch {
	case confidence.TypeGiven:
		c.Reasons = append(c.Reasons, "same type"+sizes[out.Magnitude])
	case confidence.TypeGuessed:
		c.Reasons = append(c.Reasons, "type guessed from the alert's words", guessedSizes[out.Magnitude])
	case confidence.TypeFamily:
		c.Reasons = append(c.Reasons, "related type "+best.in.MatchType)
	case confidence.TypeNone:
		if len(best.hit.Matched) > 0 {
			c.Reasons = append(c.Reasons, "similar words only")
		}
	}
	if here, there := ask.Service, best.in.MatchService; here != "" && there != "" && !sameName(here, there) {
		c.Reasons = append(c.Reasons, fmt.Sprintf("worked on %s; you are on %s", there, here))
	}
	if slices.Contains(out.Caps, confidence.CapDisagreement) {
		c.Reasons = append(c.Reasons, fmt.Sprintf("%d of %d past incidents of this type were fixed this way", best.in.Agreeing, best.in.Neighbours))
	}
	c.Base = "rule of thumb, no outcomes yet"
	if c.Calibrated {
		c.Base = fmt.Sprintf("adjusted by %d verdicts", c.Outcomes)
	}
	return c
}

// sizes words how the magnitudes compare, after "same type".
var sizes = map[confidence.Magnitude]string{
	confidence.MagnitudeSame:    " and size",
	confidence.MagnitudeNear:    ", near in size",
	confidence.MagnitudeFar:     ", another size",
	confidence.MagnitudeUnknown: ", size unknown",
}

// guessedSizes words the same where the type is a guess and stands alone.
var guessedSizes = map[confidence.Magnitude]string{
	confidence.MagnitudeSame:    "same size",
	confidence.MagnitudeNear:    "near in size",
	confidence.MagnitudeFar:     "another size",
	confidence.MagnitudeUnknown: "size unknown",
}
