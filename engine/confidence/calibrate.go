package confidence

// Outcome is one past score, and whether the match turned out right.
type Outcome struct {
	Raw   float64
	Right bool
}

// prior is how many outcomes the rule of thumb is worth; enoughOutcomes is how many it takes to go beyond its ceiling.
const (
	prior          = 10
	enoughOutcomes = 50
)

// Calibrator maps raw scores to what they were worth in the past. Its zero value is the identity, and it never changes
// once built. It is monotone: a higher raw score never gets a lower calibrated one.
//
// Each bin mixes the rule of thumb with its own outcomes (beta-binomial). Neighbouring bins whose outcomes contradict
// the order are pooled; bins without outcomes keep the rule of thumb, within what their neighbours allow.
type Calibrator struct {
	blocks   []block
	outcomes int
}

// block is a range of raw scores that share their outcomes.
type block struct {
	from, to float64
	n, right float64
}

// value is the calibrated score at a raw one.
func (b block) value(raw float64) float64 { return (prior*raw + b.right) / (prior + b.n) }

// NewCalibrator learns from outcomes.
func NewCalibrator(outcomes []Outcome) Calibrator {
	c := Calibrator{outcomes: len(outcomes)}
	for _, bin := range Table(outcomes) {
		if bin.N == 0 {
			continue
		}
		n := float64(bin.N)
		c.blocks = append(c.blocks, block{bin.From, bin.To, n, n * bin.ShareRight})
		for k := len(c.blocks) - 1; k > 0 && c.blocks[k-1].value(c.blocks[k-1].to) > c.blocks[k].value(c.blocks[k].from); k-- {
			left, right := c.blocks[k-1], c.blocks[k]
			c.blocks[k-1] = block{left.from, right.to, left.n + right.n, left.right + right.right}
			c.blocks = c.blocks[:k]
		}
	}
	return c
}

// Score is the calibrated score. It doesn't go beyond the rule of thumb's ceiling before there are 50 outcomes.
func (c Calibrator) Score(raw float64) float64 {
	p := c.value(raw)
	if c.outcomes > 0 && c.outcomes < enoughOutcomes {
		p = min(p, ceiling)
	}
	return p
}

// Outcomes is the number of outcomes learnt from; 0 means uncalibrated.
func (c Calibrator) Outcomes() int { return c.outcomes }

// value is the calibrated score without a ceiling.
func (c Calibrator) value(raw float64) float64 {
	raw = within(raw)
	least, most := 0., 1.
	for _, b := range c.blocks {
		switch {
		case raw >= b.to && b.to < 1:
			least = b.value(b.to)
		case raw < b.from:
			most = b.value(b.from)
			return min(max(raw, least), most)
		default:
			return b.value(raw)
		}
	}
	return min(max(raw, least), most)
}
