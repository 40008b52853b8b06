package webhook

import (
	"fmt"
	"math"
	"strings"

	"ragoffire/engine"
)

// trustView draws how often scores were right: what was said along the bottom,
// what came true upwards. On the diagonal both are the same.
type trustView struct {
	engine.Calibration
	Levels []trustLevel // where there is an answer
}

// trustLevel is a level of the table in the drawing's units.
type trustLevel struct {
	engine.CalibrationBin
	Left      float64 // where the level begins
	X, Y      float64
	Low, High float64 // the ends of its range
}

// The drawing, from corner to corner: 0 to 100 % upwards, and along the bottom
// from the lowest answer to 100 %.
const (
	trustLeft, trustRight = 40., 282.
	trustTop, trustBottom = 24., 200.
)

func newTrustView(c engine.Calibration) trustView {
	v := trustView{Calibration: c}
	least := 0.
	x := func(score float64) float64 { return place(trustLeft, trustRight, (max(score, least)-least)/(1-least)) }
	y := func(share float64) float64 { return place(trustBottom, trustTop, share) }
	for _, b := range c.Table {
		if b.Word == "" {
			least = b.To
			continue
		}
		v.Levels = append(v.Levels, trustLevel{CalibrationBin: b, Left: x(b.From), X: x(b.Mean), Y: y(b.Right), Low: y(b.Low), High: y(b.High)})
	}
	return v
}

// place is a point on the way from one end to the other, in tenths.
func place(from, to, part float64) float64 { return math.Round(10*(from+part*(to-from))) / 10 }

// DiagonalY is where the diagonal begins: the lowest answer, right as often as
// it says.
func (v trustView) DiagonalY() float64 {
	if len(v.Levels) == 0 {
		return trustBottom
	}
	return place(trustBottom, trustTop, v.Levels[0].From)
}

// Sentence says what the drawing shows.
func (v trustView) Sentence() string {
	if v.Outcomes == 0 || v.ECE == nil || v.NoiseFloor == nil {
		return "No outcomes yet: the confidence is a rule of thumb. Approve or reject advice, or say whether a fix worked, and this shows how often it was right."
	}
	off, luck := int(math.Round(100**v.ECE)), int(math.Round(100**v.NoiseFloor))
	s := fmt.Sprintf("Right in %d of %s. What was said and what came true lie %s apart", v.Right, plural(v.Outcomes, "judged match", "judged matches"), plural(off, "point", "points"))
	if off <= luck {
		return s + ", no more than luck would show."
	}
	return s + fmt.Sprintf("; luck alone would show %d.", luck)
}

// Note says what the figures rest on, and what calibration is worth.
func (v trustView) Note() string {
	var by []string
	if v.ByOutcome > 0 {
		by = append(by, plural(v.ByOutcome, "outcome", "outcomes"))
	}
	if v.ByVerdict > 0 {
		by = append(by, plural(v.ByVerdict, "bare verdict", "bare verdicts"))
	}
	s := "Told by " + strings.Join(by, " and ")
	if v.Raw.ECE != nil {
		s += fmt.Sprintf("; the rule of thumb without them would be %s off", plural(int(math.Round(100**v.Raw.ECE)), "point", "points"))
	}
	return s + ". Examples don't count."
}
