package retrieval

import (
	"cmp"
	"math"
	"slices"
)

// lexicalQuery is a query's text, weighed for one state of the index.
type lexicalQuery struct {
	// terms are the query's known words by number, byRarity those to walk: the rarest first, with stand-ins for the
	// unknown ones.
	terms    []queryTerm
	byRarity []queryTerm
	// near are the words that stand near each other in the query; nearAll is what they weigh, the unknown included.
	near    map[placePair]nearPair
	nearAll float64
	// neighbours are how often the query has its pairs of neighbours, by number less one.
	neighbours []float32
	// words is the length of the query's vector of words, without its pairs.
	words float64
}

// queryTerm is a query's word with its weights: bm25 in that leg, cosine in the other, already times the document's idf.
type queryTerm struct {
	term         uint32
	bm25, cosine float32
}

// weigh prepares a query. The character weights go into the scratch. The index is locked for reading.
func (x *Index) weigh(a analysis, s *scratch) *lexicalQuery {
	l := x.lexicon
	idf := l.idf()
	q := &lexicalQuery{}
	words := 0.
	for _, t := range a.terms {
		id, known := l.terms[t.stem]
		df := uint32(0)
		if known {
			df = l.df(id)
		}
		w := float64(damp(t.count)) * idf(df)
		words += w * w
		if df > 0 {
			q.terms = append(q.terms, queryTerm{id, l.bm25(df) * min(t.count, 1), float32(w * idf(df))})
		} else if l.live > shortlist {
			for _, near := range l.near(t.stem, &s.unknown) {
				q.byRarity = append(q.byRarity, queryTerm{near.term, l.bm25(l.df(near.term)) * float32(near.sim), 0})
			}
		}
	}
	s.chars.read(a.terms, l)
	q.words = math.Sqrt(words)
	x.addSynonyms(a, q)
	slices.SortFunc(q.terms, func(a, b queryTerm) int { return cmp.Compare(a.term, b.term) })
	q.readNear(a, l)
	q.byRarity = append(q.byRarity, q.terms...)
	slices.SortFunc(q.byRarity, func(a, b queryTerm) int {
		return cmp.Or(cmp.Compare(l.df(a.term), l.df(b.term)), cmp.Compare(l.words[a.term], l.words[b.term]))
	})
	return q
}

// bm25 is the weight of a word that df documents hold.
func (l *lexicon) bm25(df uint32) float32 {
	n, with := float64(l.live+background), float64(df)
	return float32(math.Log(1 + (n-with+.5)/(with+.5)))
}

// compareWords scores one document by its words, but for what only weighNeighbours knows. The index is locked for reading,
// the scratch holds the query's characters.
func (x *Index) compareWords(q *lexicalQuery, e *entry, s *scratch) scored {
	f := scored{entry: e}
	short := bm25K1 * (1 - bm25B + bm25B*float64(e.length)/x.lexicon.averageLength())
	matched := s.places(len(e.terms))
	for i, j := 0, 0; i < len(q.terms) && j < len(e.terms); {
		switch query, doc := q.terms[i], e.terms[j]; {
		case query.term < doc.number():
			i++
		case query.term > doc.number():
			j++
		default:
			count := float64(doc.count())
			f.legs.BM25 += float64(query.bm25) * count * (bm25K1 + 1) / (count + short)
			f.dot += float64(query.cosine * doc.damped(x.lexicon.damps))
			matched[j] = uint16(i + 1)
			i++
			j++
		}
	}
	f.norms = x.norms(e)
	chars := float32(0)
	for _, t := range e.terms {
		chars += t.damped(x.lexicon.damps) * s.like(t.number(), x.lexicon)
	}
	f.legs.Chars = share(float64(chars), s.chars.norm*f.norms.chars)
	x.readFlow(q, &f, matched, s)
	return f
}

// norms are the lengths of a document's vectors in the present state of the index; they change with every document
// added, because every idf does, and are kept until then.
func (x *Index) norms(e *entry) norms {
	if n := e.norms.Load(); n != nil && n.epoch == x.epoch {
		return *n
	}
	l := x.lexicon
	idf := l.idf()
	words, chars := 0., 0.
	for _, t := range e.terms {
		damped := float64(t.damped(l.damps))
		w := damped * idf(l.df(t.number()))
		words += w * w
		chars += damped * damped
	}
	// Nearly all pairs of neighbours are in one document only, and weigh the same.
	pair := idf(1)
	words += float64(e.spread) * pair * pair
	n := norms{x.epoch, math.Sqrt(words), math.Sqrt(chars), x.passageNorms(e)}
	e.norms.Store(&n)
	return n
}

// share is part/whole within 0..1, and 0 of nothing.
func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return min(max(part/whole, 0), 1)
}

// placeOf is a term's place among the query's, or -1.
func (q *lexicalQuery) placeOf(term uint32) int {
	at, found := slices.BinarySearchFunc(q.terms, term, func(t queryTerm, term uint32) int { return cmp.Compare(t.term, term) })
	if !found {
		return -1
	}
	return at
}
