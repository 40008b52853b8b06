package confidence

import (
	"math"
	"slices"
)

// When there is a choice of form, and by how much another must foresee better than the plain one: the less outcomes there
// are, the more often one is better by chance. Both were chosen on simulated teams whose true shares were known, from
// seven kinds of truth and 10 to 300 outcomes.
const (
	enoughToChoose = 10
	enoughForFine  = 100
	margin         = 0.02 // by the root of the number of outcomes
)

// choose takes the form that foresees each outcome best from all the others, by Brier's measure. Few outcomes leave no
// choice.
func choose(outcomes []Outcome) form {
	best := form{prior: prior, bins: Steps()}
	if len(outcomes) < enoughToChoose {
		return best
	}
	off := shift(outcomes)
	others := []form{
		{prior: 5, bins: Steps()},
		{prior: 2, bins: Steps()},
		{prior: prior, bins: Steps(), shift: off},
	}
	if len(outcomes) >= enoughForFine {
		others = append(others, form{prior: prior, bins: fine(), shift: off}, form{prior: 2, bins: fine()})
	}
	least, asked := best.leaveOneOut(outcomes), margin/math.Sqrt(float64(len(outcomes)))
	for _, f := range others {
		if b := f.leaveOneOut(outcomes); b < least-asked {
			best, least = f, b
		}
	}
	return best
}

// leaveOneOut is Brier's measure of each outcome's score as learnt from all others. Outcomes of one bin, truth and weight
// leave the same rest behind, so it costs a handful of fits and not one for each. The shift is that of them all: one
// outcome hardly moves it, and the margin makes up for that.
func (f form) leaveOneOut(outcomes []Outcome) float64 {
	type kind struct {
		bin    int
		right  bool
		weight float64
	}
	sums, rest := f.tally(outcomes), make(map[kind][]block)
	lost, weight := 0., 0.
	for _, o := range outcomes {
		k := kind{binOf(f.bins, within(o.Raw)), o.Right, o.weight()}
		blocks, ok := rest[k]
		if !ok {
			others := slices.Clone(sums)
			others[k.bin].n -= k.weight
			others[k.bin].right -= k.weight * o.truth()
			blocks = f.pool(others)
			rest[k] = blocks
		}
		miss := f.value(blocks, within(o.Raw)) - o.truth()
		lost += o.weight() * miss * miss
		weight += o.weight()
	}
	return lost / weight
}
