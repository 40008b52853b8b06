package retrieval

import (
	"cmp"
	"slices"
)

// A search scores few documents exactly and finds them cheaply. Up to shortlist documents, all are scored. Beyond, the
// words' postings are walked, the rarest word first, and the documents with the best BM25 so far are scored by every
// leg.
//
// shortlist: 32 of the 305 runbooks of the public development set lose no hit at all; 128 leave room for a longer
// history.
// walkBudget: how many postings are walked before the frequent words are left to the exact scoring. An alert of
// 30 words walks 30,000 in 10,000 incidents of 80 words; from there on, a longer history costs little more.
const (
	shortlist  = 128
	walkBudget = 40_000
)

// BM25's usual parameters.
const (
	bm25K1 = 1.2
	bm25B  = .75
)

// wanted says which documents a search may return.
type wanted struct {
	// n is how many candidates the words may bring.
	n     int
	kinds []string
	// typeKey's documents are candidates whatever their words.
	typeKey string
	// names' documents are, too.
	names []queryName
	// near are candidates whatever their words, too: what the vector leg found.
	near map[key]float64
	// only, where set, decides about every document.
	only func(*entry) bool
}

func (w wanted) allows(e *entry) bool {
	return (len(w.kinds) == 0 || slices.Contains(w.kinds, e.kind)) && (w.only == nil || w.only(e))
}

// candidates returns the entries to score exactly. The index is locked for reading.
func (x *Index) candidates(q *lexicalQuery, w wanted, s *scratch) []*entry {
	if x.lexicon.live <= w.n {
		all := make([]*entry, 0, x.lexicon.live)
		for _, e := range x.slots {
			if e != nil && w.allows(e) {
				all = append(all, e)
			}
		}
		return all
	}
	x.walk(q, s)
	found := best(w.n)
	for _, slot := range s.touched {
		if sum := s.sums[slot]; found.takes(sum) && w.allows(x.slots[slot]) {
			found.add(x.slots[slot], sum)
		}
	}
	chosen := found.entries()
	seen := make(map[*entry]bool, len(chosen))
	for _, e := range chosen {
		seen[e] = true
	}
	// The type's own documents come on top, the best by words first, so that no number of lookalikes crowds them out.
	ofType := best(w.n)
	for _, slot := range x.types[w.typeKey] {
		if e := x.slots[slot]; ofType.takes(s.sums[slot]) && !seen[e] && w.allows(e) {
			ofType.add(e, s.sums[slot])
		}
	}
	chosen = append(chosen, ofType.entries()...)
	for _, e := range chosen {
		seen[e] = true
	}
	add := func(e *entry) {
		if e != nil && !seen[e] && w.allows(e) {
			seen[e] = true
			chosen = append(chosen, e)
		}
	}
	for _, name := range w.names {
		for _, slot := range x.named[name.term][:min(len(x.named[name.term]), shortlist)] {
			add(x.slots[slot])
		}
	}
	for k := range w.near {
		add(x.byKey[k])
	}
	return chosen
}

// walk accumulates BM25 over the postings of the query's words, rarest first, until the budget is spent.
func (x *Index) walk(q *lexicalQuery, s *scratch) {
	walked := 0
	average := float32(x.lexicon.averageLength())
	for _, t := range q.byRarity {
		list := x.lexicon.postings[t.term]
		if walked > 0 && walked+len(list) > walkBudget {
			return
		}
		walked += len(list)
		for _, p := range list {
			slot, count := p.number(), p.count()
			norm := bm25K1 * (1 - bm25B + bm25B*x.lengths[slot]/average)
			s.add(slot, t.bm25*count*(bm25K1+1)/(count+norm))
		}
	}
}

// top keeps the best n entries seen, in a heap whose root is the worst kept. Ties go to the lower key, so that the
// choice never depends on the order of arrival.
type top struct {
	n    int
	heap []ranked
}

type ranked struct {
	entry *entry
	score float32
}

func best(n int) *top { return &top{n: n, heap: make([]ranked, 0, n)} }

// takes tells whether a score may still get in; it is cheap, to be asked first.
func (t *top) takes(score float32) bool { return len(t.heap) < t.n || score >= t.heap[0].score }

func (t *top) add(e *entry, score float32) {
	r := ranked{e, score}
	if len(t.heap) < t.n {
		t.heap = append(t.heap, r)
		for i := len(t.heap) - 1; i > 0 && worse(t.heap[i], t.heap[(i-1)/2]); i = (i - 1) / 2 {
			t.heap[i], t.heap[(i-1)/2] = t.heap[(i-1)/2], t.heap[i]
		}
		return
	}
	if worse(r, t.heap[0]) {
		return
	}
	t.heap[0] = r
	for i := 0; ; {
		child := 2*i + 1
		if child+1 < len(t.heap) && worse(t.heap[child+1], t.heap[child]) {
			child++
		}
		if child >= len(t.heap) || !worse(t.heap[child], t.heap[i]) {
			return
		}
		t.heap[i], t.heap[child] = t.heap[child], t.heap[i]
		i = child
	}
}

func worse(a, b ranked) bool {
	return cmp.Or(cmp.Compare(a.score, b.score), compareKeys(b.entry.key, a.entry.key)) < 0
}

func (t *top) entries() []*entry {
	entries := make([]*entry, len(t.heap))
	for i, r := range t.heap {
		entries[i] = r.entry
	}
	return entries
}
