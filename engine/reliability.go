package engine

import "ragoffire/engine/confidence"

// Calibration says what the confidence rests on, and how far it can be believed.
type Calibration struct {
	Outcomes   int  `json:"outcomes"`   // answers that people judged, of the last 180 days or the last 50 of a level
	ByOutcome  int  `json:"by_outcome"` // of these, by what came of them
	ByVerdict  int  `json:"by_verdict"` // and by a verdict alone, which counts half
	Right      int  `json:"right"`      // and how many named the right problem
	Calibrated bool `json:"calibrated"`
	// Reliability is that of the scores as they were shown, each learnt from what
	// was known before it; Raw is that of the rule of thumb alone.
	Reliability
	Raw Reliability `json:"raw"`
}

// Reliability is how scores compare with what happened. Its figures are null
// without outcomes; the skill also where all of them went one way.
type Reliability struct {
	Brier      *float64         `json:"brier"`           // mean squared error: 0 for an oracle
	BrierSkill *float64         `json:"brier_skill"`     // what of the error of a constant guess is saved
	ECE        *float64         `json:"ece"`             // mean distance of score and share right, over the table
	NoiseFloor *float64         `json:"ece_noise_floor"` // what luck alone shows of it at this number of outcomes
	Table      []CalibrationBin `json:"table"`
}

// CalibrationBin is a row of the reliability table.
type CalibrationBin struct {
	Word  string  `json:"word,omitempty"` // what these scores are called; nothing below the threshold
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	N     int     `json:"n"`
	Mean  float64 `json:"mean_score"`
	Right float64 `json:"share_right"`
	// The true share lies within these, nine times in ten.
	Low  float64 `json:"share_low"`
	High float64 `json:"share_high"`
}

// outcomes are what calibration learns from: the judged decisions that named a
// match and are not too old.
func outcomes(judged []Decision) []confidence.Outcome {
	var list []confidence.Outcome
	for n := range judged {
		if o, ok := judged[n].judged(); ok {
			list = append(list, o)
		}
	}
	return confidence.Window(list)
}

func calibration(outcomes []confidence.Outcome) Calibration {
	c := Calibration{Outcomes: len(outcomes), Calibrated: len(outcomes) > 0}
	for _, o := range outcomes {
		if o.Weight < 1 {
			c.ByVerdict++
		} else {
			c.ByOutcome++
		}
		if o.Right {
			c.Right++
		}
	}
	c.Raw = reliability(outcomes)
	c.Reliability = reliability(confidence.Shown(outcomes))
	return c
}

func reliability(outcomes []confidence.Outcome) Reliability {
	r := Reliability{Table: []CalibrationBin{}}
	for _, b := range confidence.Table(outcomes) {
		low, high := b.Range()
		r.Table = append(r.Table, CalibrationBin{
			Word: confidence.Word(b.From), From: b.From, To: b.To, N: b.N, Mean: round(b.MeanScore), Right: round(b.ShareRight), Low: round(low), High: round(high),
		})
	}
	if len(outcomes) == 0 {
		return r
	}
	r.Brier = rounded(confidence.Brier(outcomes))
	r.ECE = rounded(confidence.ECE(outcomes, confidence.Steps()))
	r.NoiseFloor = rounded(confidence.NoiseFloor(outcomes, confidence.Steps()))
	if skill, ok := confidence.Skill(outcomes); ok {
		r.BrierSkill = rounded(skill)
	}
	return r
}

func rounded(x float64) *float64 {
	x = round(x)
	return &x
}
