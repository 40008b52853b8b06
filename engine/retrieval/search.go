package retrieval

import (
	"context"
	"fmt"
	"strings"
)

// maxQueryWords is how many words of a query count. An alert has fewer than a hundred; a pasted log of thousands would
// only be slow.
const maxQueryWords = 600

// rescored is how many of the best documents by words and facets are compared by vector. It bounds what the built-in
// vectors cost in a long history (4 µs each), and leaves ten times of what is shown.
const rescored = 48

// Search returns the documents most like the query. An empty index or an empty query gives no hits and no error; the
// only errors are ctx's.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	text := q.text()
	a := analyse([]Field{{Text: text}}, maxQueryWords)
	if len(a.tokens) == 0 || x.Len() == 0 {
		return Result{}, nil
	}
	vector, skipped := x.queryVector(ctx, text, a)
	if err := ctx.Err(); err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	near, err := x.vectors.scan(ctx, vector, q.Kinds)
	if err != nil {
		skipped = err
	}
	if q.K <= 0 {
		q.K = DefaultK
	}
	w := wanted{n: max(shortlist, q.K), kinds: q.Kinds, typeKey: foldName(q.Type), near: near}
	found, said := x.lexical(a, w)
	fuseWords(found)
	l := newLift(q)
	found = l.rank(found)
	if vector != nil && skipped == nil {
		found = x.compare(ctx, vector, near, found, max(rescored, q.K))
		fuseVectors(found, x.dense)
		found = l.rank(found)
	}
	return Result{Hits: hits(found, l, q.K, said), Skipped: skipped}, nil
}

// text is all that the query says. A type's name is text too: an unknown type still has words.
func (q Query) text() string {
	if q.Type == "" || strings.Contains(q.Text, q.Type) {
		return q.Text
	}
	return q.Type + " " + q.Text
}

// lexical scores the candidates by the three lexical legs, and tells what the query's words are worth.
func (x *Index) lexical(a analysis, w wanted) ([]scored, []said) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	s := x.scratch.take(len(x.slots))
	defer x.scratch.put(s, a.chars)
	q := x.weigh(a, s)
	chosen := x.candidates(q, w, s)
	found := make([]scored, len(chosen))
	for i, e := range chosen {
		found[i] = scored{entry: e, legs: x.legs(q, e, s)}
	}
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
