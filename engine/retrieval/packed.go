package retrieval

import "math"

// packed is a number and a count in four bytes: a history of 100,000 incidents has twelve million of them, as the terms
// of documents and as the postings of terms.
type packed uint32

// maxPacked is how many numbers there are.
const maxPacked = 1 << 24

// A count keeps four bits behind its first, so that whole numbers up to 32 are exact, and lies between 1/8 and 7,936.
const (
	countShift = 19
	countBase  = 124 << 4
)

func pack(number uint32, count float32) packed {
	const round = 1 << (countShift - 1)
	level := (int(math.Float32bits(max(count, 0)))+round)>>countShift - countBase
	return packed(number<<8 | uint32(min(max(level, 0), math.MaxUint8)))
}

func (p packed) number() uint32 { return uint32(p >> 8) }

func (p packed) count() float32 {
	return math.Float32frombits((uint32(p)&math.MaxUint8 + countBase) << countShift)
}

// damped is damp of the count.
func (p packed) damped(t *dampTable) float32 { return t[p&math.MaxUint8] }

// dampTable holds damp of all counts that are packed: logarithms are slow.
type dampTable [math.MaxUint8 + 1]float32

func newDampTable() *dampTable {
	var t dampTable
	for n := range t {
		t[n] = damp(packed(n).count())
	}
	return &t
}

// damp is 1 + ln(count); what counts less than one word isn't damped.
func damp(count float32) float32 {
	switch {
	case count <= 0:
		return 0
	case count <= 1:
		return count
	}
	return float32(1 + math.Log(float64(count)))
}
