package confidence

import (
	"slices"
	"time"
)

// VerdictWeight is what a bare verdict counts beside an outcome. Who approves says that the advice looks right, before
// anything was tried, and approves a fix as much as a match; two such nods are worth one thing that happened.
const VerdictWeight = 0.5

// Outcome is one past score, and whether the match turned out right.
type Outcome struct {
	Raw   float64
	Shown float64 // the score that people saw, calibrated as it was then
	Right bool
	// Weight is what it counts; 0 means 1.
	Weight float64
	At     time.Time
}

func (o Outcome) weight() float64 {
	if o.Weight > 0 {
		return o.Weight
	}
	return 1
}

func (o Outcome) truth() float64 {
	if o.Right {
		return 1
	}
	return 0
}

// What a calibrator looks back on. Systems change, so old outcomes fade; but a level with few recent ones is better judged
// by older ones than by none.
const (
	windowDays  = 180
	windowLeast = 50
)

// Window leaves out what is too old to learn from: of each level those of the 180 days up to the latest outcome stay, and
// the last 50 where these are fewer. What stays is in order, the latest first.
func Window(outcomes []Outcome) []Outcome {
	sorted := slices.Clone(outcomes)
	slices.SortStableFunc(sorted, func(a, b Outcome) int { return b.At.Compare(a.At) })
	levels, kept := Steps(), sorted[:0]
	var since time.Time
	for n, o := range sorted {
		if n == 0 {
			since = o.At.AddDate(0, 0, -windowDays)
		}
		level := &levels[binOf(levels, within(o.Raw))]
		if level.N < windowLeast || !o.At.Before(since) {
			level.N++
			kept = append(kept, o)
		}
	}
	return kept
}

// Shown are the outcomes with the scores that people saw in place of the raw ones: to judge those.
func Shown(outcomes []Outcome) []Outcome {
	shown := slices.Clone(outcomes)
	for i := range shown {
		shown[i].Raw = shown[i].Shown
	}
	return shown
}
