package confidence

import "math"

// Words are what the words of a question and of a match have in common.
type Words struct {
	// Cosine is the absolute text score. Null50 and Null99 are the quantiles of what unrelated texts reach here; both 0
	// means that nobody knows.
	Cosine, Null50, Null99 float64
	// Agreement is how far all ways of comparing agree that this is the best match, 0..1.
	Agreement float64
	// Rival is the third best match's text score as a share of this one's.
	Rival float64
	// Names is the share of the question's names that the match has.
	Names float64
	// Said is how many different words the question has.
	Said int
	// Called tells that the question calls the match by its name.
	Called bool
}

// The prior is a logistic regression: is the best match by words the right one? It was fitted on public alert rules and
// runbooks, 398 questions with an answer and, at a quarter of their weight, 209 without; see TestThePriorIsWhatTheSetGives,
// which fits it again. Five-fold on that set, it tells right from wrong matches with an AUROC of .82, questions with an
// answer from recipes, release notes and alerts of unknown services with .995, .97 and .98, and its expected calibration
// error is .03.
const (
	priorBase      = -2.0
	priorCosine    = 1.35
	priorAgreement = 1.95
	priorSaid      = 1.25
	priorNames     = 2.25
	priorRival     = -3.6
)

// What unrelated texts reached where the prior was fitted: half of them the one, one in a hundred the other.
const (
	fittedNull50 = .13
	fittedNull99 = .41
)

// least keeps the logarithm of a cosine finite; what is below is nothing. most is how many words count: more say no
// more.
const (
	leastCosine = .02
	mostSaid    = 40
)

// calledScore is what a name is worth. Of 84 alerts that had a runbook of their name, the set has it for the right one
// every time; but a name may be that of several problems.
const calledScore = textCeiling

// score is the probability that the words are right about the match.
func (w Words) score() float64 {
	if !(w.Cosine > 0) || w.Said == 0 {
		return 0
	}
	z := priorBase +
		priorCosine*w.strength() +
		priorAgreement*within(w.Agreement) +
		priorSaid*math.Log(1+float64(min(w.Said, mostSaid))) +
		priorNames*within(w.Names) +
		priorRival*min(max(w.Rival, 0), 2)
	p := 1 / (1 + math.Exp(-z))
	if w.Called {
		p = max(p, calledScore)
	}
	return within(p)
}

// strength is the cosine's logarithm, moved by how much easier unrelated texts come by one here than where the prior was
// fitted.
func (w Words) strength() float64 {
	return logCosine(w.Cosine) - (moved(w.Null50, fittedNull50)+moved(w.Null99, fittedNull99))/2
}

func moved(null, fitted float64) float64 {
	if null <= 0 {
		return 0
	}
	return logCosine(null) - logCosine(fitted)
}

func logCosine(cosine float64) float64 { return math.Log(within(cosine) + leastCosine) }
