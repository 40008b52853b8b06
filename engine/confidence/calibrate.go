package confidence

// Outcome is one past score, and whether the match turned out right.
type Outcome struct {
	Raw   float64
	Right bool
}

// Calibrator maps raw scores to what they were worth in the past. Its zero value is the identity, and it never changes
// once built.
type Calibrator struct{}

// NewCalibrator learns from outcomes.
func NewCalibrator(outcomes []Outcome) Calibrator { return Calibrator{} }

// Score is the calibrated score.
func (c Calibrator) Score(raw float64) float64 { return raw }

// Outcomes is the number of outcomes learnt from; 0 means uncalibrated.
func (c Calibrator) Outcomes() int { return 0 }

// Bin is a row of a reliability table: scores in [From, To), To included in the last bin.
type Bin struct {
	From, To   float64
	N          int
	MeanScore  float64
	ShareRight float64
}

// Table tells how often scores were right, bin by bin; bins without outcomes are in it with N = 0.
func Table(outcomes []Outcome) []Bin { return nil }

// Brier is the mean squared distance between score and truth, 0 without outcomes.
func Brier(outcomes []Outcome) float64 { return 0 }
