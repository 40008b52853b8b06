package confidence

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// verdicts are n outcomes of one score.
func verdicts(raw float64, right bool, n int) []Outcome {
	return slices.Repeat([]Outcome{{Raw: raw, Right: right}}, n)
}

func TestOutcomesMoveTheScore(t *testing.T) {
	tests := []struct {
		name     string
		outcomes []Outcome
		raw      float64
		want     float64
	}{
		{"none leaves it", nil, .95, .95},
		{"none leaves any", nil, .123, .123},
		{"three rejects lower it", verdicts(.95, false, 3), .95, 9.5 / 13},
		{"three rejects leave another bin", verdicts(.95, false, 3), .60, .60},
		{"three rejects keep the order", verdicts(.95, false, 3), .84, 8.5 / 13},
		{"three bare verdicts lower it half as much", weighing(VerdictWeight, verdicts(.95, false, 3)), .95, 9.5 / 11.5},
		{"approvals go no further than the ceiling", verdicts(.95, true, 9), .95, .95},
		{"fifty approvals do", verdicts(.95, true, 50), .95, 59.5 / 60},
		{"approvals of weak matches lift them", verdicts(.60, true, 9), .60, 15. / 19},
		{"and what is stronger, to keep the order", verdicts(.60, true, 9), .72, (7. + 9) / 19},
		{"bins that contradict the order share", append(verdicts(.6, true, 5), verdicts(.9, false, 3)...), .9, (9. + 5) / 18},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := NewCalibrator(test.outcomes)
			if got := c.Score(test.raw); math.Abs(got-test.want) > 1e-9 {
				t.Errorf("got %.4f, want %.4f", got, test.want)
			}
			if c.Outcomes() != len(test.outcomes) {
				t.Errorf("counted %d outcomes, want %d", c.Outcomes(), len(test.outcomes))
			}
		})
	}
	if got := NewCalibrator(verdicts(.95, true, 9)).value(.95); math.Abs(got-18.5/19) > 1e-9 {
		t.Errorf("nine approvals are worth %.4f before the ceiling, want .9737", got)
	}
}

func TestAHigherScoreIsNeverCalibratedLower(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2_000 {
		c := NewCalibrator(anyOutcomes(rng))
		last := 0.
		for step := range 1_001 {
			raw := float64(step) / 1_000
			score := c.Score(raw)
			if score < last-1e-12 || score < 0 || score > 1 {
				t.Fatalf("%.3f gives %v after %v: %+v", raw, score, last, c.blocks)
			}
			last = score
		}
	}
}

func TestAFullScoreSaysWhyOutcomesDontLiftIt(t *testing.T) {
	out := Assess(evidence(nil), NewCalibrator(verdicts(.95, true, 10)))
	if out.Score != .95 || !slices.Contains(out.Caps, CapOutcomes) {
		t.Errorf("got %v with %v, want .95 with %v", out.Score, out.Caps, CapOutcomes)
	}
	out = Assess(evidence(nil), NewCalibrator(verdicts(.95, true, 60)))
	if out.Score <= .95 || len(out.Caps) > 0 {
		t.Errorf("after sixty approvals, got %v with %v", out.Score, out.Caps)
	}
}

func said(raw float64, right bool) Outcome { return Outcome{Raw: raw, Right: right} }

func weighing(weight float64, outcomes []Outcome) []Outcome {
	for i := range outcomes {
		outcomes[i].Weight = weight
	}
	return outcomes
}

func TestTheOrderOfOutcomesChangesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 100 {
		outcomes := anyOutcomes(rng)
		before := NewCalibrator(outcomes)
		rng.Shuffle(len(outcomes), func(i, j int) { outcomes[i], outcomes[j] = outcomes[j], outcomes[i] })
		after := NewCalibrator(outcomes)
		for raw := 0.; raw <= 1; raw += .05 {
			if a, b := before.Score(raw), after.Score(raw); math.Abs(a-b) > 1e-9 {
				t.Fatalf("%.2f is %v and, shuffled, %v", raw, a, b)
			}
		}
	}
}

func TestTheBaseSaysWhatANumberRestsOn(t *testing.T) {
	some := append(verdicts(.9, true, 5), verdicts(.95, false, 1)...)
	tests := []struct {
		name     string
		outcomes []Outcome
		raw      float64
		want     string
	}{
		{"nothing", nil, .9, "rule of thumb, no outcomes yet"},
		{"the same level", some, .88, "right in 5 of the last 6 at this level"},
		{"a level without any", some, .6, "rule of thumb, no outcomes at this level yet"},
		{"a level that another one limits", verdicts(.9, false, 5), .8, "no outcomes at this level yet, adjusted by 5 at others"},
		{"one that was right", verdicts(.6, true, 1), .55, "right the only time at this level"},
		{"one that was wrong", verdicts(.6, false, 1), .55, "wrong the only time at this level"},
		{"levels that share", append(verdicts(.6, true, 5), verdicts(.9, false, 3)...), .9, "right in 5 of the last 8 at this level"},
		{"the highest score", verdicts(1, true, 2), 1, "right in 2 of the last 2 at this level"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := NewCalibrator(test.outcomes).Base(test.raw); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
