package confidence

import "math"

// Threshold is the score below which there is no confident match.
const Threshold = 0.50

// The score's parts. They are a policy, not a measurement, until outcomes arrive.
//
// ceiling: the same type can have another cause, so a match is never certain before many outcomes say so.
// guessCeiling, textCeiling: a type read out of words is text evidence, and neither reaches the ceiling, calibrated or not.
// sizeCeiling: nor does a match of another magnitude or of a related type, whatever its outcomes; the full score is for
// the same problem.
// sizeShare: how much of a type's match depends on the magnitude.
// familyShare: what a related type is worth; with another magnitude it stays below Threshold.
// aloneCeiling: one word, which no question of the fitted set is, names what is in trouble and not the trouble.
// serviceCeiling: what fixed one service may not be the fix for another.
// kin: how many outcomes of the same kind of alert the outcomes of all kinds at this level are worth.
const (
	ceiling        = 0.95
	guessCeiling   = 0.90
	textCeiling    = 0.90
	sizeCeiling    = 0.94
	aloneCeiling   = Threshold - 0.01
	serviceCeiling = 0.80
	kin            = 2
	sizeShare      = 0.30
	familyShare    = 0.60
)

// votes is how many neighbours it takes before their disagreement counts: two that differ are no majority.
const votes = 3

// Assess scores one match and calibrates it; the zero Calibrator leaves the score as it is.
func Assess(in In, c Calibrator) Out {
	out := Out{TypeMatch: in.typeMatch(), Magnitude: magnitudeOf(in.QueryMagnitude, in.MatchMagnitude), Text: in.Words.score()}
	byType := in.byType(out.TypeMatch)
	textual := textCeiling
	if in.Words.Said == 1 && !in.Words.Called && !(in.Kin > 0) {
		textual = aloneCeiling
	}
	byText := min(out.Text, textual)
	out.ByText = byText > byType
	out.Raw = max(byType, byText)

	limit := ceiling
	if c.Outcomes() >= enoughOutcomes {
		limit = 1
	}
	lower := func(to float64, reason Cap, lowered bool) {
		limit = min(limit, to)
		if lowered {
			out.Caps = append(out.Caps, reason)
		}
	}
	switch {
	case out.ByText:
		lower(textual, CapText, true)
	case out.TypeMatch == TypeGuessed:
		lower(guessCeiling, CapGuess, true)
	}
	if far := out.Magnitude != MagnitudeSame; !out.ByText && (out.TypeMatch != TypeNone && far || out.TypeMatch == TypeFamily) {
		lower(sizeCeiling, CapMagnitude, far)
	}
	if share := in.agreement(out.TypeMatch); share < 1 {
		out.Raw *= share
		out.Caps = append(out.Caps, CapDisagreement)
	}
	if in.otherService() {
		lower(serviceCeiling, CapService, out.Raw > serviceCeiling || c.Score(out.Raw) > serviceCeiling)
	}
	out.Raw = min(out.Raw, limit)
	out.Score = in.recall(c.value(out.Raw))
	if out.Score > limit {
		out.Score = limit
		if limit == ceiling {
			out.Caps = append(out.Caps, CapOutcomes)
		}
	}
	return out
}

// Word says a score in one word: strong, likely, weak, or nothing where there is no confident match. The steps are the
// bins that calibration counts in.
func Word(score float64) string {
	switch {
	case score >= 0.85:
		return "strong"
	case score >= 0.70:
		return "likely"
	case score >= Threshold:
		return "weak"
	}
	return ""
}

// recall mixes what such scores are worth in general with what this match was worth for this kind of alert.
func (in In) recall(score float64) float64 {
	if !(in.Kin > 0) {
		return score
	}
	return (kin*score + min(max(in.KinRight, 0), in.Kin)) / (kin + in.Kin)
}

func (in In) typeMatch() TypeMatch {
	switch {
	case fold(in.QueryType) == "" || fold(in.MatchType) == "":
		return TypeNone
	case fold(in.QueryType) == fold(in.MatchType) && in.TypeSource == Guessed:
		return TypeGuessed
	case fold(in.QueryType) == fold(in.MatchType):
		return TypeGiven
	case Family(in.QueryType, in.MatchType):
		return TypeFamily
	}
	return TypeNone
}

// byType is the score that type and magnitude give.
func (in In) byType(match TypeMatch) float64 {
	size := 1 - sizeShare*(1-nearness(in.QueryMagnitude, in.MatchMagnitude))
	most := ceiling
	if in.TypeSource == Guessed {
		most = guessCeiling * within(in.Strength)
	}
	switch match {
	case TypeGiven, TypeGuessed:
		return most * size
	case TypeFamily:
		return most * familyShare * size
	}
	return 0
}

// agreement is the share of the same type's neighbours that were fixed the same way.
func (in In) agreement(match TypeMatch) float64 {
	if in.Neighbours < votes || match != TypeGiven && match != TypeGuessed {
		return 1
	}
	return within(float64(in.Agreeing) / float64(in.Neighbours))
}

func (in In) otherService() bool {
	query, match := fold(in.QueryService), fold(in.MatchService)
	return query != "" && match != "" && query != match
}

// nearness is 1 for the same magnitude, .5 for twice or half of it, 0 from four times on; .5 where one is unknown.
func nearness(a, b *float64) float64 {
	if !isSize(a) || !isSize(b) {
		return .5
	}
	return within(1 - math.Abs(math.Log2(*a / *b))/2)
}

func magnitudeOf(a, b *float64) Magnitude {
	if !isSize(a) || !isSize(b) {
		return MagnitudeUnknown
	}
	switch apart := math.Abs(math.Log2(*a / *b)); {
	case apart <= math.Log2(1.1):
		return MagnitudeSame
	case apart <= 1:
		return MagnitudeNear
	}
	return MagnitudeFar
}

func isSize(f *float64) bool { return f != nil && *f > 0 && !math.IsInf(*f, 1) }

// within clamps to 0..1; what is no number is 0.
func within(f float64) float64 {
	if math.IsNaN(f) {
		return 0
	}
	return min(max(f, 0), 1)
}
