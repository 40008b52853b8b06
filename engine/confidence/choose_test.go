package confidence

import (
	"math"
	"math/rand/v2"
	"testing"
)

// team answers as often right as truth says.
func team(seed uint64, n int, truth func(raw float64) float64) []Outcome {
	rng := rand.New(rand.NewPCG(seed, 9))
	outcomes := make([]Outcome, n)
	for i := range outcomes {
		raw := []float64{.55, .62, .665, .71, .80, .8075, .90, .95, .95}[rng.IntN(9)]
		outcomes[i] = said(raw, rng.Float64() < truth(raw))
	}
	return outcomes
}

// off is the mean distance between what is learnt and the truth, over many teams.
func off(n int, truth func(float64) float64) (calibrated, raw float64) {
	const teams, points = 25, 19
	for seed := range uint64(teams) {
		c := NewCalibrator(team(seed, n, truth))
		for k := range points {
			at := .5 + .45*float64(k)/(points-1)
			calibrated += math.Abs(c.value(at)-truth(at)) / teams / points
			raw += math.Abs(at-truth(at)) / teams / points
		}
	}
	return calibrated, raw
}

func TestLearningComesNearTheTruth(t *testing.T) {
	tests := []struct {
		name  string
		truth func(float64) float64
		n     int
		bar   float64
	}{
		{"a rule of thumb that holds is hardly disturbed", func(raw float64) float64 { return raw }, 30, .08},
		{"and less so with more outcomes", func(raw float64) float64 { return raw }, 300, .06},
		{"much too sure, by thirty", func(raw float64) float64 { return shifted(raw, -2) }, 30, .10},
		{"too sure, by thirty", func(raw float64) float64 { return shifted(raw, -1) }, 30, .11},
		{"too sure, by three hundred", func(raw float64) float64 { return shifted(raw, -1) }, 300, .07},
		{"too modest, by thirty", func(raw float64) float64 { return shifted(raw, .7) }, 30, .08},
		{"a score that says nothing, by three hundred", func(float64) float64 { return .6 }, 300, .05},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, before := off(test.n, test.truth)
			if got > test.bar {
				t.Errorf("off by %.3f, before by %.3f; want at most %.3f", got, before, test.bar)
			}
		})
	}
}

func TestFewOutcomesLeaveNoChoice(t *testing.T) {
	if f := choose(verdicts(.95, false, enoughToChoose-1)); f.prior != prior || f.shift != 0 {
		t.Errorf("nine outcomes choose %+v", f)
	}
	if f := choose(verdicts(.95, false, enoughToChoose)); f.prior == prior && f.shift == 0 {
		t.Error("ten that were all wrong leave the rule of thumb as strong as before")
	}
}

func TestTheShiftIsFound(t *testing.T) {
	for _, want := range []float64{-2, -1, 0, .7} {
		outcomes := team(3, 5_000, func(raw float64) float64 { return shifted(raw, want) })
		if got := shift(outcomes); math.Abs(got-want) > .15 {
			t.Errorf("got %.2f, want %.2f", got, want)
		}
	}
	for _, all := range []bool{true, false} {
		if got := shift(verdicts(.95, all, 200)); math.IsNaN(got) || math.Abs(got) > 12 {
			t.Errorf("where all are %v it is %v", all, got)
		}
	}
}
