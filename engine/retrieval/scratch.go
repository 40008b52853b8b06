package retrieval

import "sync"

// scratch is the memory of one search, reused by the next.
type scratch struct {
	// sums and touched accumulate scores by slot.
	sums    []float32
	touched []uint32
	// chars are the query's weights by character bucket; 0 where the query lacks the bucket.
	chars [charBuckets]float32
}

// scratchPool hands out cleared scratches.
type scratchPool struct{ pool sync.Pool }

func (p *scratchPool) take(slots int) *scratch {
	s, ok := p.pool.Get().(*scratch)
	if !ok {
		s = &scratch{}
	}
	if len(s.sums) < slots {
		s.sums = make([]float32, slots+slots/4)
	}
	return s
}

// put takes a scratch back and clears what was used: the touched slots and the query's characters.
func (p *scratchPool) put(s *scratch, chars []charCount) {
	for _, c := range chars {
		s.chars[c.bucket] = 0
	}
	for _, slot := range s.touched {
		s.sums[slot] = 0
	}
	s.touched = s.touched[:0]
	p.pool.Put(s)
}

func (s *scratch) add(slot uint32, score float32) {
	if s.sums[slot] == 0 {
		s.touched = append(s.touched, slot)
	}
	s.sums[slot] += score
}

// similar is the dot product of a document's characters with the query's. It is where a search spends its time, hence
// no branch and two sums: most weights are 0, and adding them is cheaper than asking.
func (s *scratch) similar(chars []charCount, damps *dampTable) float64 {
	var even, odd float32
	for len(chars) >= 2 {
		even += s.chars[chars[0].bucket] * damps[chars[0].count]
		odd += s.chars[chars[1].bucket] * damps[chars[1].count]
		chars = chars[2:]
	}
	if len(chars) == 1 {
		even += s.chars[chars[0].bucket] * damps[chars[0].count]
	}
	return float64(even + odd)
}
