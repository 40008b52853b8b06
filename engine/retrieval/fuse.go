package retrieval

// The lexical legs' shares, from the public development set: each leg is divided by its best score,
// then added. Scores are fused, never ranks: equal-weight reciprocal ranks let a weak leg undo a strong one (first hits
// on public post-mortems fell from .83 to .52).
const (
	bm25Weight  = .3
	wordsWeight = .3
	charsWeight = .4
)

// The vector leg's share of the text. The built-in vectors repeat what the words say, so theirs is small; .4 is what
// mixed best with a real model's vectors on the same public sets.
const (
	builtInWeight  = .05
	endpointWeight = .4
)

// scored is a document with what the legs say about it.
type scored struct {
	*entry
	legs Legs
	// vector is false where there is no vector to compare.
	vector bool
	// text is the fusion of the legs, score that with the facets; both 0..1.
	text, score float64
}

// noise is the cosine below which a leg's best score is no evidence: half of the texts that the public development set
// calls unanswerable reach it. Dividing by less would make chance look like a perfect match.
const noise = .05

// fuseWords sets every document's text score from the lexical legs.
func fuseWords(found []scored) {
	top := Legs{Words: noise, Chars: noise}
	for _, f := range found {
		top.BM25 = max(top.BM25, f.legs.BM25)
		top.Words = max(top.Words, f.legs.Words)
		top.Chars = max(top.Chars, f.legs.Chars)
	}
	for i, f := range found {
		found[i].text = bm25Weight*share(f.legs.BM25, top.BM25) +
			wordsWeight*share(f.legs.Words, top.Words) +
			charsWeight*share(f.legs.Chars, top.Chars)
	}
}

// fuseVectors mixes the vector leg in. A document without a vector is judged by its words, not counted as unlike.
func fuseVectors(found []scored, weight float64) {
	top := 0.
	for _, f := range found {
		top = max(top, f.legs.Vector)
	}
	for i, f := range found {
		if f.vector {
			found[i].text = (1-weight)*f.text + weight*share(f.legs.Vector, top)
		}
	}
}
