package engine

import (
	"fmt"
	"strings"

	"ragoffire/engine/confidence"
)

// why says what a citation has in common with the question, in facts that a
// person can check.
func (c *candidate) why(ask *inquiry) []string {
	var why []string
	if c.named {
		why = append(why, "the alert names it")
	}
	if c.told {
		why = append(why, "people said that such alerts are this")
	}
	if c.called {
		why = append(why, "the question names it")
	}
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

// explain says how sure we are of a candidate, and why.
func (a *adviser) explain(ask *inquiry, best *candidate) Confidence {
	out := best.out
	c := Confidence{
		Score: round(out.Score), Raw: round(out.Raw), Word: confidence.Word(out.Score),
		Outcomes: a.calibrator.Outcomes(), Guessed: out.TypeMatch == confidence.TypeGuessed,
	}
	c.Calibrated = c.Outcomes > 0
	if best.named {
		c.Reasons = append(c.Reasons, "the alert names this runbook")
	}
	switch out.TypeMatch {
	case confidence.TypeGiven:
		c.Reasons = append(c.Reasons, "same type"+sizes[out.Magnitude])
	case confidence.TypeGuessed:
		c.Reasons = append(c.Reasons, "type guessed from the alert's words", guessedSizes[out.Magnitude])
	case confidence.TypeFamily:
		c.Reasons = append(c.Reasons, "related type "+best.in.MatchType)
	case confidence.TypeNone:
		if len(best.hit.Matched) > 0 && !best.named {
			c.Reasons = append(c.Reasons, "similar words only")
		}
	}
	if best.called {
		c.Reasons = append(c.Reasons, "the question names "+best.id)
	}
	if best.told {
		c.Reasons = append(c.Reasons, "people said that such alerts are "+best.id)
	}
	if r := best.recalled; r.n > 0 {
		c.Reasons = append(c.Reasons, fmt.Sprintf("right in %d of %d such alerts", r.hits, r.n))
	}
	if here, there := ask.Service, best.in.MatchService; here != "" && there != "" && !sameName(here, there) {
		c.Reasons = append(c.Reasons, fmt.Sprintf("worked on %s; you are on %s", there, here))
	}
	if l := best.said; l != nil {
		c.Reasons = append(c.Reasons, "what to do is from "+l.suggestedBy+", who rejected the recorded fix")
	}
	if ask.suspect != nil {
		c.Reasons = append(c.Reasons, ask.suspect.line()+" came just before")
	}
	c.Base = a.calibrator.Base(out.Raw)
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
