package retrieval

import "sync"

// scratch is the memory of one search, reused by the next.
type scratch struct {
	// sums and touched accumulate scores by slot.
	sums    []float32
	touched []uint32
	chars   charQuery
	// alike remembers what the query's characters have in common with a word; most words are in many documents.
	alike map[uint32]float32
}

// scratchPool hands out cleared scratches.
type scratchPool struct{ pool sync.Pool }

func (p *scratchPool) take(slots int) *scratch {
	s, ok := p.pool.Get().(*scratch)
	if !ok {
		s = &scratch{alike: map[uint32]float32{}}
	}
	if len(s.sums) < slots {
		s.sums = make([]float32, slots+slots/4)
	}
	return s
}

// put takes a scratch back and clears what was used: the touched slots and the query's characters.
func (p *scratchPool) put(s *scratch) {
	s.chars.clear()
	clear(s.alike)
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

// like is what the query's characters have in common with a word.
func (s *scratch) like(term uint32, l *lexicon) float32 {
	sim, known := s.alike[term]
	if !known {
		sim = s.chars.word(l.chars.of(term), l)
		s.alike[term] = sim
	}
	return sim
}
