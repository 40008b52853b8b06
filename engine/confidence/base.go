package confidence

import "fmt"

// Record is how often matches of one level were right.
type Record struct{ Right, Of int }

// Record is what the score of a raw one rests on: the outcomes at its level, and those of levels pooled with it.
func (c Calibrator) Record(raw float64) Record {
	raw = within(raw)
	for _, b := range c.blocks {
		if raw >= b.from && (raw < b.to || b.to >= 1) {
			return b.record
		}
	}
	return Record{}
}

// Base says in words what the score of a raw one rests on.
func (c Calibrator) Base(raw float64) string {
	r := c.Record(raw)
	switch {
	case c.outcomes == 0:
		return "rule of thumb, no outcomes yet"
	case r.Of == 0 && c.Score(raw) == within(raw):
		return "rule of thumb, no outcomes at this level yet"
	case r.Of == 0:
		return fmt.Sprintf("no outcomes at this level yet, adjusted by %d at others", c.outcomes)
	case r.Of == 1 && r.Right == 1:
		return "right the only time at this level"
	case r.Of == 1:
		return "wrong the only time at this level"
	}
	return fmt.Sprintf("right in %d of the last %d at this level", r.Right, r.Of)
}
