package retrieval

import "math"

// readFlow reads a document's running text with the query in mind: the cosine of its best passage, and the share of the
// query's near words that it has near each other. matched holds the places of the document's terms in the query's, plus
// one.
func (x *Index) readFlow(q *lexicalQuery, f *scored, matched []uint16, s *scratch) {
	counts := s.counted(len(q.terms))
	clear(s.near)
	var dot, best, near float64
	var here []uint16 // the places counted in this passage
	var last [nearWords]uint16
	passage := 0
	endPassage := func() {
		for _, at := range here {
			dot += float64(damp(float32(counts[at])) * q.terms[at].cosine)
			counts[at] = 0
		}
		if dot > 0 {
			best = max(best, dot/float64(f.norms.passages[passage]))
		}
		dot, here, last = 0, here[:0], [nearWords]uint16{}
		passage++
	}
	unpack(f.flow, func(term int) {
		now := matched[term]
		if now > 0 {
			if counts[now-1] == 0 {
				here = append(here, now-1)
			}
			counts[now-1]++
			for apart, other := range last {
				if other == 0 || other == now {
					continue
				}
				n, wanted := q.near[pairOf(now-1, other-1)]
				if !wanted {
					continue
				}
				if key := pairOf(now-1, other-1); !s.near[key] {
					s.near[key] = true
					near += n.weight
				}
				number := n.forth
				if other > now {
					number = n.back
				}
				if apart == 0 && number > 0 {
					f.countNeighbour(number)
				}
			}
		}
		copy(last[1:], last[:])
		last[0] = now
	}, endPassage)
	endPassage()
	f.legs.Passage = share(best, q.words)
	f.legs.Near = share(near, q.nearAll)
}

func (f *scored) countNeighbour(number int) {
	for i, n := range f.neighbours {
		if n.number == number {
			f.neighbours[i].count++
			return
		}
	}
	f.neighbours = append(f.neighbours, neighbour{number, 1})
}

// passageNorms are the lengths of the TF-IDF vectors of a document's passages.
func (x *Index) passageNorms(e *entry) []float32 {
	idf := x.lexicon.idf()
	counts := make([]uint16, len(e.terms))
	var here []int
	var norms []float32
	endPassage := func() {
		sum := 0.
		for _, term := range here {
			w := float64(damp(float32(counts[term]))) * idf(x.lexicon.df(e.terms[term].number()))
			sum += w * w
			counts[term] = 0
		}
		here = here[:0]
		norms = append(norms, float32(math.Sqrt(sum)))
	}
	unpack(e.flow, func(term int) {
		if counts[term] == 0 {
			here = append(here, term)
		}
		counts[term]++
	}, endPassage)
	endPassage()
	return norms
}
