package engine_test

import (
	"math"
	"slices"
	"testing"

	"ragoffire/engine"
	"ragoffire/engine/confidence"
	"ragoffire/engine/retrieval"
)

// sample is what the prior sees of the best hit for a question of the public
// set, and whether it is a right one.
type sample struct {
	words  confidence.Words
	right  bool
	weight float64
	fold   int
}

// unanswerable is what a question without an answer weighs: the set has more of
// them than a team asks. At a quarter, nine in ten alerts stay above the
// threshold, and one in twenty of these.
const unanswerable = .25

func samples(tb testing.TB) []sample {
	tb.Helper()
	index := func(text func(publicRunbook) string) *retrieval.Index {
		x := retrieval.New(retrieval.Options{})
		var docs []retrieval.Document
		for _, b := range publicSet[publicRunbook](tb, "a_runbooks.jsonl") {
			docs = append(docs, retrieval.Document{ID: b.ID, Kind: engine.KindRunbook, Fields: []retrieval.Field{{Name: "text", Text: text(b)}}})
		}
		if err := x.Add(tb.Context(), docs...); err != nil {
			tb.Fatal(err)
		}
		return x
	}
	noName, noMeaning := index(func(b publicRunbook) string { return b.NoName }), index(func(b publicRunbook) string { return b.NoMeaning })
	var all []sample
	add := func(x *retrieval.Index, q publicQuestion, text string, weight float64) {
		found, err := x.Search(tb.Context(), retrieval.Query{Text: text, K: 1})
		if err != nil {
			tb.Fatal(err)
		}
		s := sample{weight: weight, fold: answered{question: q}.fold()}
		if len(found.Hits) > 0 {
			h := found.Hits[0]
			s.words = confidence.Words{Cosine: h.Cosine, Agreement: h.Agreement, Rival: h.Rival, Names: h.Names, Said: found.Words}
			s.right = slices.Contains(q.Gold, h.ID)
		}
		all = append(all, s)
	}
	for _, q := range publicSet[publicQuestion](tb, "a_alert2runbook.jsonl") {
		if q.Kind == "rule" {
			add(noName, q, q.NoName, 1)
		} else {
			add(noMeaning, q, q.Text, 1)
		}
	}
	for _, q := range publicSet[publicQuestion](tb, "d_negatives.jsonl") {
		if q.Kind != "near_generic_ambiguous" {
			add(noName, q, q.Text, unanswerable)
		}
	}
	return all
}

const priorSize = 6

// terms are what the logistic regression weighs: 1, and what prior.go lists.
func (s sample) terms() [priorSize]float64 {
	w := s.words
	return [priorSize]float64{1, math.Log(w.Cosine + .02), w.Agreement, math.Log(1 + float64(min(w.Said, 40))), w.Names, w.Rival}
}

func logistic(b, x [priorSize]float64) float64 {
	z := 0.
	for i := range b {
		z += b[i] * x[i]
	}
	return 1 / (1 + math.Exp(-z))
}

// fitPrior finds the weights by Newton's method, with a little weight decay.
func fitPrior(all []sample) [priorSize]float64 {
	const decay = .5
	var b [priorSize]float64
	for range 30 {
		var m [priorSize][priorSize + 1]float64
		for i := 1; i < priorSize; i++ {
			m[i][i], m[i][priorSize] = decay, decay*b[i]
		}
		for _, s := range all {
			x := s.terms()
			p := logistic(b, x)
			d := p
			if s.right {
				d--
			}
			for i := range x {
				for k := range x {
					m[i][k] += s.weight * p * (1 - p) * x[i] * x[k]
				}
				m[i][priorSize] += s.weight * d * x[i]
			}
		}
		for i, step := range solved(m) {
			b[i] -= step
		}
	}
	return b
}

// solved solves linear equations by elimination.
func solved(m [priorSize][priorSize + 1]float64) [priorSize]float64 {
	for i := range m {
		for k := i + 1; k < priorSize; k++ {
			f := m[k][i] / m[i][i]
			for c := i; c <= priorSize; c++ {
				m[k][c] -= f * m[i][c]
			}
		}
	}
	var x [priorSize]float64
	for i := priorSize - 1; i >= 0; i-- {
		x[i] = m[i][priorSize]
		for k := i + 1; k < priorSize; k++ {
			x[i] -= m[i][k] * x[k]
		}
		x[i] /= m[i][i]
	}
	return x
}

// loss is the mean negative log-likelihood.
func loss(all []sample, p func(sample) float64) float64 {
	sum, weight := 0., 0.
	for _, s := range all {
		q := min(max(p(s), 1e-6), 1-1e-6)
		if !s.right {
			q = 1 - q
		}
		sum -= s.weight * math.Log(q)
		weight += s.weight
	}
	return sum / weight
}

// TestThePriorIsWhatTheSetGives fits the prior of engine/confidence again, and
// holds the one that is shipped against one that was fitted without the fifth
// that it is measured on.
func TestThePriorIsWhatTheSetGives(t *testing.T) {
	all := samples(t)
	var fitted [5][priorSize]float64
	for fold := range fitted {
		var rest []sample
		for _, s := range all {
			if s.fold != fold {
				rest = append(rest, s)
			}
		}
		fitted[fold] = fitPrior(rest)
		t.Logf("without fifth %d: base, cosine, agreement, said, names, rival = %.2f", fold+1, fitted[fold])
	}
	t.Logf("on all: %.2f", fitPrior(all))
	shipped := loss(all, func(s sample) float64 {
		return confidence.Assess(confidence.In{Words: s.words}, confidence.Calibrator{}).Score
	})
	fair := loss(all, func(s sample) float64 { return min(logistic(fitted[s.fold], s.terms()), .90) })
	t.Logf("mean log loss: shipped %.4f, five-fold %.4f", shipped, fair)
	if shipped > fair*1.02 {
		t.Error("the shipped prior is worse than one fitted to other questions: fit it again")
	}
}
