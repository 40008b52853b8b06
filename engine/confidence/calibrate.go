package confidence

// prior is how many outcomes the rule of thumb is worth as long as there are too few to tell; enoughOutcomes is how many
// it takes to go beyond its ceiling.
const (
	prior          = 10
	enoughOutcomes = 50
)

// Calibrator maps raw scores to what they were worth in the past. Its zero value is the identity, and it never changes
// once built. It is monotone: a higher raw score never gets a lower calibrated one.
//
// Each bin mixes the rule of thumb with its own outcomes (beta-binomial). Neighbouring bins whose outcomes contradict
// the order are pooled; bins without outcomes keep the rule of thumb, within what their neighbours allow. How much the
// rule of thumb is worth, and whether it is off as a whole, is chosen from the outcomes once there are ten.
type Calibrator struct {
	form     form
	blocks   []block
	outcomes int
}

// form is what a calibrator learns into: which bins, how many outcomes the rule of thumb is worth in each, and by how
// much, in log odds, it is off as a whole.
type form struct {
	prior float64
	bins  []Bin
	shift float64
}

// block is a range of raw scores that share their outcomes.
type block struct {
	from, to float64
	n, right float64 // by weight
	record   Record  // by number
}

func (b block) and(next block) block {
	return block{
		b.from, next.to, b.n + next.n, b.right + next.right,
		Record{b.record.Right + next.record.Right, b.record.Of + next.record.Of},
	}
}

// NewCalibrator learns from outcomes, in any order.
func NewCalibrator(outcomes []Outcome) Calibrator {
	if len(outcomes) == 0 {
		return Calibrator{}
	}
	f := choose(outcomes)
	return Calibrator{f, f.pool(f.tally(outcomes)), len(outcomes)}
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
func (c Calibrator) value(raw float64) float64 { return c.form.value(c.blocks, within(raw)) }

// tally sums the outcomes of each bin.
func (f form) tally(outcomes []Outcome) []block {
	sums := make([]block, len(f.bins))
	for i, bin := range f.bins {
		sums[i].from, sums[i].to = bin.From, bin.To
	}
	for _, o := range outcomes {
		sum := &sums[binOf(f.bins, within(o.Raw))]
		sum.n += o.weight()
		sum.right += o.weight() * o.truth()
		sum.record.Of++
		if o.Right {
			sum.record.Right++
		}
	}
	return sums
}

// pool joins neighbours until a higher score is never worth less (pool adjacent violators).
func (f form) pool(sums []block) []block {
	blocks := make([]block, 0, len(sums))
	for _, b := range sums {
		if b.n <= 0 {
			continue
		}
		blocks = append(blocks, b)
		for k := len(blocks) - 1; k > 0 && f.at(blocks[k-1], blocks[k-1].to) > f.at(blocks[k], blocks[k].from); k-- {
			blocks[k-1] = blocks[k-1].and(blocks[k])
			blocks = blocks[:k]
		}
	}
	return blocks
}

// at is a block's calibrated score at a raw one.
func (f form) at(b block, raw float64) float64 {
	return (f.prior*shifted(raw, f.shift) + b.right) / (f.prior + b.n)
}

func (f form) value(blocks []block, raw float64) float64 {
	least, most := 0., 1.
	for _, b := range blocks {
		switch {
		case raw >= b.to && b.to < 1:
			least = f.at(b, b.to)
		case raw < b.from:
			most = f.at(b, b.from)
			return min(max(shifted(raw, f.shift), least), most)
		default:
			return f.at(b, raw)
		}
	}
	return min(max(shifted(raw, f.shift), least), most)
}
