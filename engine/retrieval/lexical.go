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
	pairs    []queryPair
	// words is the length of the query's vector of words and pairs.
	words float64
}

// queryTerm is a query's word with its weights: bm25 in that leg, cosine in the other, already times the document's idf.
type queryTerm struct {
	term         uint32
	bm25, cosine float32
}

type queryPair struct {
	bucket uint32
	weight float32
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
			q.terms = append(q.terms, queryTerm{id, l.bm25(df), float32(w * idf(df))})
		} else if l.live > shortlist {
			for _, near := range l.near(t.stem) {
				q.byRarity = append(q.byRarity, queryTerm{near.term, l.bm25(l.df(near.term)) * float32(near.sim), 0})
			}
		}
	}
	for _, p := range a.pairs {
		i := idf(l.pairDF[p.bucket])
		w := float64(damp(float32(p.count))) * i
		words += w * w
		q.pairs = append(q.pairs, queryPair{p.bucket, float32(w * i)})
	}
	s.chars.read(a.terms, l)
	q.words = math.Sqrt(words)
	slices.SortFunc(q.terms, func(a, b queryTerm) int { return cmp.Compare(a.term, b.term) })
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

// legs scores one document exactly. The index is locked for reading, the scratch holds the query's characters.
func (x *Index) legs(q *lexicalQuery, e *entry, s *scratch) Legs {
	var legs Legs
	cosine := 0.
	short := bm25K1 * (1 - bm25B + bm25B*float64(e.length)/x.lexicon.averageLength())
	for i, j := 0, 0; i < len(q.terms) && j < len(e.terms); {
		switch query, doc := q.terms[i], e.terms[j]; {
		case query.term < doc.number():
			i++
		case query.term > doc.number():
			j++
		default:
			count := float64(doc.count())
			legs.BM25 += float64(query.bm25) * count * (bm25K1 + 1) / (count + short)
			cosine += float64(query.cosine * doc.damped(x.lexicon.damps))
			i++
			j++
		}
	}
	for i, j := 0, 0; i < len(q.pairs) && j < len(e.pairs); {
		switch query, doc := q.pairs[i], e.pairs[j]; {
		case query.bucket < doc.bucket:
			i++
		case query.bucket > doc.bucket:
			j++
		default:
			cosine += float64(query.weight) * float64(damp(float32(doc.count)))
			i++
			j++
		}
	}
	n := x.norms(e)
	legs.Words = share(cosine, q.words*n.words)
	chars := float32(0)
	for _, t := range e.terms {
		chars += t.damped(x.lexicon.damps) * s.like(t.number(), x.lexicon)
	}
	legs.Chars = share(float64(chars), s.chars.norm*n.chars)
	return legs
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
	for _, p := range e.pairs {
		w := float64(damp(float32(p.count))) * idf(l.pairDF[p.bucket])
		words += w * w
	}
	n := norms{x.epoch, math.Sqrt(words), math.Sqrt(chars)}
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
