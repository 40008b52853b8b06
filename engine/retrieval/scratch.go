package retrieval

import "sync"

// scratch is the memory of one search, reused by the next.
type scratch struct {
	// sums and touched accumulate scores by slot.
	sums    []float32
	touched []uint32
	chars   charQuery
	// alike remembers what the query's characters have in common with a word; most words are in many documents. A word's
	// place is by its number, and the latest of two with the same place stays.
	alike [alikeWords]alikeWord
	round uint32
	// unknown serves the words that no document holds.
	unknown wordCounts
	// matched and counts are those of one document, and so is near.
	matched, counts []uint16
	near            map[placePair]bool
}

// places returns n zeros.
func (s *scratch) places(n int) []uint16 {
	if cap(s.matched) < n {
		s.matched = make([]uint16, n+n/4)
	}
	clear(s.matched[:n])
	return s.matched[:n]
}

// counted returns n zeros that are zeros again when they come back.
func (s *scratch) counted(n int) []uint16 {
	if cap(s.counts) < n {
		s.counts = make([]uint16, n+n/4)
	}
	return s.counts[:n]
}

// scratchPool hands out cleared scratches.
type scratchPool struct{ pool sync.Pool }

func (p *scratchPool) take(slots int) *scratch {
	s, ok := p.pool.Get().(*scratch)
	if !ok {
		s = &scratch{near: map[placePair]bool{}}
	}
	s.round++
	if len(s.sums) < slots {
		s.sums = make([]float32, slots+slots/4)
	}
	return s
}

// put takes a scratch back and clears what was used: the touched slots and the query's characters.
func (p *scratchPool) put(s *scratch) {
	s.chars.clear()
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

// alikeWords is how many words a search remembers; the documents of a shortlist have about half as many.
const alikeWords = 1 << 14

// alikeWord is valid in one round only, so that nothing need be cleared.
type alikeWord struct {
	term, round uint32
	sim         float32
}

// like is what the query's characters have in common with a word.
func (s *scratch) like(term uint32, l *lexicon) float32 {
	w := &s.alike[term%alikeWords]
	if w.term != term || w.round != s.round {
		*w = alikeWord{term, s.round, s.chars.word(l.chars.of(term), l)}
	}
	return w.sim
}
