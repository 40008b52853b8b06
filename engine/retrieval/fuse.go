package retrieval

// The lexical legs' shares: each leg is divided by its best score, then added. Scores are fused, never ranks:
// equal-weight reciprocal ranks let a weak leg undo a strong one (first hits on public post-mortems fell from .83 to
// .52). Rounded from what five-fold training on the development split gives; beside these four, BM25 adds nothing.
const (
	wordsWeight   = .30
	charsWeight   = .35
	passageWeight = .20
	nearWeight    = .15
)

// vectorWeight is the vector leg's share of the text: what mixed best with a real model's vectors on the public sets.
// Vectors hashed from the words add nothing to the words, whatever their share.
const vectorWeight = .4

// scored is a document with what the legs say about it.
type scored struct {
	*entry
	legs Legs
	// norms are the document's lengths, dot is what its words have in common with the query's, and neighbours are the
	// query's pairs that it has: what weighNeighbours makes a cosine of.
	norms      norms
	dot        float64
	neighbours []neighbour
	// vector is false where there is no vector to compare.
	vector bool
	// named is what the names in the query count for it.
	named float64
	// words is the fusion of the lexical legs, text that of all, score that with the facets; all 0..1.
	words, text, score float64
}

// noise is the cosine below which a leg's best score is no evidence: half of the texts that the public development set
// calls unanswerable reach it. Dividing by less would make chance look like a perfect match.
const noise = .05

// fuseWords sets every document's text score from the lexical legs.
func fuseWords(found []scored) {
	top := Legs{Words: noise, Chars: noise, Passage: noise, Near: noise}
	for _, f := range found {
		top.Words = max(top.Words, f.legs.Words)
		top.Chars = max(top.Chars, f.legs.Chars)
		top.Passage = max(top.Passage, f.legs.Passage)
		top.Near = max(top.Near, f.legs.Near)
	}
	for i, f := range found {
		found[i].words = wordsWeight*share(f.legs.Words, top.Words) +
			charsWeight*share(f.legs.Chars, top.Chars) +
			passageWeight*share(f.legs.Passage, top.Passage) +
			nearWeight*share(f.legs.Near, top.Near)
		found[i].text = found[i].words
	}
}

// fuseVectors mixes the vector leg in. A document without a vector is judged by its words, not counted as unlike.
func fuseVectors(found []scored) {
	top := 0.
	for _, f := range found {
		top = max(top, f.legs.Vector)
	}
	for i, f := range found {
		if f.vector {
			found[i].text = (1-vectorWeight)*f.text + vectorWeight*share(f.legs.Vector, top)
		}
	}
}
