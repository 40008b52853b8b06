package confidence

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTheReliabilityTable(t *testing.T) {
	outcomes := []Outcome{
		said(.2, false), said(.4, true), said(.6, true), said(.95, true), said(1, false), said(.85, true), said(math.NaN(), false),
	}
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
}

func TestFiguresOfAFew(t *testing.T) {
	half := []Outcome{said(1, true), said(.5, false)}
	tests := []struct {
		name      string
		got, want float64
	}{
		{"Brier", Brier(half), .125},
		{"Brier of nothing", Brier(nil), 0},
		{"ECE: .25 off in each of two bins", ECE([]Outcome{said(.75, true), said(.25, false)}, Even(2)), .25},
		{"ECE of scores that hold", ECE([]Outcome{said(.5, true), said(.5, false)}, Even(5)), 0},
		{"ECE of nothing", ECE(nil, Even(5)), 0},
		{"the highest score is in the last bin", ECE([]Outcome{said(1, true)}, Even(5)), 0},
		{"noise of one throw of a coin", NoiseFloor([]Outcome{said(.5, true)}, Even(5)), .5},
		{"noise of two", NoiseFloor([]Outcome{said(.5, true), said(.5, true)}, Even(5)), .25},
		{"noise of certainty", NoiseFloor([]Outcome{said(1, true), said(0, true)}, Even(5)), 0},
		{"noise of nothing", NoiseFloor(nil, Even(5)), 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if math.Abs(test.got-test.want) > 1e-12 {
				t.Errorf("got %v, want %v", test.got, test.want)
			}
		})
	}
	if s, ok := Skill(half); !ok || s != .5 {
		t.Errorf("skill %v, %v; want .5", s, ok)
	}
	for _, none := range [][]Outcome{nil, {said(.9, true)}, {said(.9, false), said(.1, false)}} {
		if s, ok := Skill(none); ok {
			t.Errorf("%v has a skill of %v", none, s)
		}
	}
}

// The floor is what perfectly calibrated scorers show on average.
func TestTheNoiseFloorIsWhatLuckShows(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for _, n := range []int{10, 60, 900} {
		outcomes, sum := make([]Outcome, n), 0.
		for i := range outcomes {
			outcomes[i].Raw = .5 + .45*rng.Float64()
		}
		const times = 400
		for range times {
			for i := range outcomes {
				outcomes[i].Right = rng.Float64() < outcomes[i].Raw
			}
			sum += ECE(outcomes, Even(5)) / times
		}
		if floor := NoiseFloor(outcomes, Even(5)); math.Abs(floor-sum) > .1*sum {
			t.Errorf("%d outcomes: the floor is %.4f, luck shows %.4f", n, floor, sum)
		}
	}
}

func TestTheRangeOfAShare(t *testing.T) {
	tests := []struct {
		bin       Bin
		low, high float64
	}{
		{Bin{}, 0, 1},
		{Bin{N: 1, ShareRight: 1}, .27, 1},
		{Bin{N: 11, ShareRight: 9. / 11}, .57, .94},
		{Bin{N: 400, ShareRight: .5}, .46, .54},
	}
	for _, test := range tests {
		if low, high := test.bin.Range(); math.Abs(low-test.low) > .006 || math.Abs(high-test.high) > .006 {
			t.Errorf("%+v lies within %.3f and %.3f, want %.2f and %.2f", test.bin, low, high, test.low, test.high)
		}
	}
}
