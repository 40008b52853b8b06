package retrieval

import (
	"math"
	"slices"
	"testing"
)

// contest is a question of the development set with the legs of its candidates, each divided by the best.
type contest struct {
	kind  string
	fold  int
	legs  [][4]float64
	right []bool
}

// contests asks the index the questions of one kind.
func contests(tb testing.TB, x *Index, kind string, text func(devQuery) string) []contest {
	tb.Helper()
	var all []contest
	for _, q := range devFile[devQuery](tb, "a_alert2runbook.jsonl") {
		if q.Kind != kind {
			continue
		}
		a := analyseQuery(text(q))
		found, _ := x.lexical(text(q), a, wanted{n: shortlist})
		var top Legs
		for _, f := range found {
			top = Legs{Words: max(top.Words, f.legs.Words), Chars: max(top.Chars, f.legs.Chars), Passage: max(top.Passage, f.legs.Passage), Near: max(top.Near, f.legs.Near)}
		}
		c := contest{kind: kind, fold: int(hashString(q.Gold[0]) % 5)}
		for _, f := range found {
			c.legs = append(c.legs, [4]float64{
				share(f.legs.Words, top.Words), share(f.legs.Chars, top.Chars), share(f.legs.Passage, top.Passage), share(f.legs.Near, top.Near),
			})
			c.right = append(c.right, slices.Contains(q.Gold, f.id))
		}
		all = append(all, c)
	}
	return all
}

func (c contest) scores(weights [4]float64) []float64 {
	list := make([]float64, len(c.legs))
	for i, legs := range c.legs {
		for k, w := range weights {
			list[i] += w * legs[k]
		}
	}
	return list
}

// rank is how many candidates are before the first right one.
func (c contest) rank(weights [4]float64) int {
	scores := c.scores(weights)
	best := math.Inf(-1)
	for i, s := range scores {
		if c.right[i] {
			best = max(best, s)
		}
	}
	before := 0
	for i, s := range scores {
		if !c.right[i] && s >= best {
			before++
		}
	}
	return before
}

// fitWeights makes the right candidates the likeliest (softmax), with a little weight decay.
func fitWeights(all []contest) [4]float64 {
	const decay, rate, rounds = .003, .15, 200
	weights := [4]float64{1, 1, 1, 1}
	var mean, square [4]float64
	for round := 1; round <= rounds; round++ {
		var gradient [4]float64
		for _, c := range all {
			scores := c.scores(weights)
			top := slices.Max(scores)
			sum, right := 0., 0.
			for i := range scores {
				scores[i] = math.Exp(scores[i] - top)
				sum += scores[i]
				if c.right[i] {
					right += scores[i]
				}
			}
			if right == 0 {
				continue
			}
			for i, s := range scores {
				d := s / sum
				if c.right[i] {
					d -= s / right
				}
				for k := range weights {
					gradient[k] += d * c.legs[i][k] / float64(len(all))
				}
			}
		}
		for k := range weights {
			g := gradient[k] + decay*weights[k]
			mean[k] = .9*mean[k] + .1*g
			square[k] = .99*square[k] + .01*g*g
			weights[k] -= rate * mean[k] / (1 - math.Pow(.9, float64(round))) / (math.Sqrt(square[k]/(1-math.Pow(.99, float64(round)))) + 1e-8)
		}
	}
	sum := 0.
	for _, w := range weights {
		sum += w
	}
	for k := range weights {
		weights[k] /= sum
	}
	return weights
}

func qualityOf(all []contest, kind string, weights func(contest) [4]float64) quality {
	var q quality
	for _, c := range all {
		if c.kind != kind {
			continue
		}
		q.n++
		switch rank := c.rank(weights(c)); {
		case rank == 0:
			q.hit1++
			fallthrough
		case rank < 5:
			q.hit5++
			fallthrough
		case rank < 10:
			q.mrr10 += 1 / float64(rank+1)
		}
	}
	return q.mean()
}

// TestTheLegsSharesAreWhatTheSetGives fits the fusion's weights to four fifths of the development set and measures them on
// the fifth that is left. The weights in use may not be much worse than those: they are round, not better informed.
func TestTheLegsSharesAreWhatTheSetGives(t *testing.T) {
	all := slices.Concat(
		contests(t, devIndex(t, func(r devRunbook) string { return r.NoName }), "rule", func(q devQuery) string { return q.NoName }),
		contests(t, devIndex(t, func(r devRunbook) string { return r.NoMeaning }), "meaning", func(q devQuery) string { return q.Text }),
	)
	var fitted [5][4]float64
	for fold := range fitted {
		var rest []contest
		for _, c := range all {
			if c.fold != fold {
				rest = append(rest, c)
			}
		}
		fitted[fold] = fitWeights(rest)
		t.Logf("without fifth %d: words %.2f, characters %.2f, passage %.2f, near %.2f", fold+1, fitted[fold][0], fitted[fold][1], fitted[fold][2], fitted[fold][3])
	}
	for _, kind := range []string{"rule", "meaning"} {
		fit := qualityOf(all, kind, func(c contest) [4]float64 { return fitted[c.fold] })
		used := qualityOf(all, kind, func(contest) [4]float64 { return [4]float64{wordsWeight, charsWeight, passageWeight, nearWeight} })
		t.Logf("%s: five-fold %.3f, %.3f, %.3f; in use %.3f, %.3f, %.3f", kind, fit.hit1, fit.hit5, fit.mrr10, used.hit1, used.hit5, used.mrr10)
		if used.mrr10 < fit.mrr10-.01 {
			t.Errorf("%s: the weights in use are worse than fitted ones", kind)
		}
	}
}
