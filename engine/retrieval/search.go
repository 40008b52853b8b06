package retrieval

import (
	"context"
	"fmt"
	"slices"
)

// maxQueryWords is how many words of a query count. An alert has fewer than a hundred; a pasted log of thousands would
// only be slow.
const maxQueryWords = 600

// Search returns the documents most like the query. An empty index or an empty query gives no hits and no error; the
// only error is that ctx is done before it starts. What happens to ctx later costs the vector leg only.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	a, text := q.read()
	l := newLift(q)
	if len(a.tokens) == 0 && l.typeKey == "" || x.Len() == 0 {
		return Result{}, nil
	}
	if q.Asked == nil {
		q.Asked = new(Asked)
		q.Asked.vector, q.Asked.err = x.queryVector(ctx, text)
	}
	vector := q.Asked.vector
	near, skipped := x.near(ctx, q.Asked, q.Kinds)
	if q.K <= 0 {
		q.K = DefaultK
	}
	w := wanted{n: max(shortlist, q.K), kinds: q.Kinds, typeKey: l.typeKey, near: near}
	found, said := x.lexical(text, a, w)
	fuseWords(found)
	l.rank(found)
	if skipped == nil && vector != nil {
		found = x.compare(ctx, vector, near, found, max(rescored, q.K))
		fuseVectors(found)
		l.rank(found)
	}
	ground := strangers{weight: background / float64(background+x.Len()), cosine: x.Nulls().N50}
	return Result{Hits: hits(evident(found), l, q.K, said, ground), Words: distinctSaid(said), Skipped: skipped, Asked: q.Asked}, nil
}

// near finds what is near the query's vector. It tells why where it can't.
func (x *Index) near(ctx context.Context, a *Asked, kinds []string) (map[key]float64, error) {
	if a.err != nil {
		return nil, a.err
	}
	found, err := x.vectors.scan(ctx, a.vector, kinds)
	if a.vector != nil && x.vectors.outgrown(len(a.vector)) {
		err = fmt.Errorf("%w: %w", ErrOutgrown, err)
	}
	return found, err
}

// read analyses what the query says. A type's name is text too, unless the text has its words already: a type that
// history doesn't know still has words.
func (q Query) read() (analysis, string) {
	a := analyseQuery(q.Text)
	for _, t := range tokenise(q.Type, maxQueryWords) {
		if !t.stop && !t.whole && !a.has(t.stem) {
			return analyseQuery(q.Text, q.Type), q.Text + " " + q.Type
		}
	}
	return a, q.Text
}

func (a analysis) has(stem string) bool {
	return slices.ContainsFunc(a.terms, func(t termCount) bool { return t.stem == stem })
}

// lexical scores the candidates by the three lexical legs, and tells what the query's words are worth.
func (x *Index) lexical(text string, a analysis, w wanted) ([]scored, []said) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	w.names = x.names(text, a.tokens)
	s := x.scratch.take(len(x.slots))
	defer x.scratch.put(s)
	q := x.weigh(a, s)
	chosen := x.candidates(q, w, s)
	found := make([]scored, len(chosen))
	for i, e := range chosen {
		found[i] = x.compareWords(q, e, s)
		found[i].named = e.namedBy(w.names)
	}
	q.weighNeighbours(found, x.lexicon)
	return found, x.said(a.tokens)
}

// compare keeps the best n documents and those that the scan has found, and sets their vector scores.
func (x *Index) compare(ctx context.Context, vector []float32, near map[key]float64, found []scored, n int) []scored {
	kept := found[:0]
	for i, f := range found {
		cosine, scanned := near[f.key]
		if i >= n && !scanned {
			continue
		}
		if f.vector = scanned; !scanned {
			cosine, f.vector = x.vectors.cosine(ctx, vector, f.key)
		}
		f.legs.Vector = cosine
		kept = append(kept, f)
	}
	return kept
}
