package confidence

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// verdicts are n outcomes of one score.
func verdicts(raw float64, right bool, n int) []Outcome {
	return slices.Repeat([]Outcome{{raw, right}}, n)
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
		{"approvals go no further than the ceiling", verdicts(.95, true, 10), .95, .95},
		{"fifty approvals do", verdicts(.95, true, 50), .95, 59.5 / 60},
		{"approvals of weak matches lift them", verdicts(.60, true, 10), .60, .80},
		{"and what is stronger, to keep the order", verdicts(.60, true, 10), .72, (7. + 10) / 20},
		{"bins that contradict the order share", append(verdicts(.6, true, 8), verdicts(.9, false, 4)...), .9, (9. + 8) / 22},
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
	if got := NewCalibrator(verdicts(.95, true, 10)).value(.95); math.Abs(got-.975) > 1e-9 {
		t.Errorf("ten approvals are worth %.4f before the ceiling, want .975", got)
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

func TestReliability(t *testing.T) {
	outcomes := []Outcome{{.2, false}, {.4, true}, {.6, true}, {.95, true}, {1, false}, {.85, true}, {math.NaN(), false}}
	want := []Bin{
		{0, .5, 3, .2, 1. / 3},
		{.5, .7, 1, .6, 1},
		{.7, .85, 0, 0, 0},
		{.85, 1, 3, 2.8 / 3, 2. / 3},
	}
	got := Table(outcomes)
	for i, bin := range got {
		if math.Abs(bin.MeanScore-want[i].MeanScore) > 1e-9 || math.Abs(bin.ShareRight-want[i].ShareRight) > 1e-9 || bin.N != want[i].N {
			t.Errorf("bin %d is %+v, want %+v", i, bin, want[i])
		}
	}
	if b := Brier([]Outcome{{1, true}, {.5, false}}); b != .125 {
		t.Errorf("Brier %v, want .125", b)
	}
	if b := Brier(nil); b != 0 {
		t.Errorf("Brier of nothing is %v", b)
	}
}
