package retrieval

// DefaultK is how many hits a query gets that doesn't say: what one Slack message can show.
const DefaultK = 5

// Query asks for the documents most like a text, a type, or both. Every part may be empty; a query without text and
// type finds nothing.
type Query struct {
	// Text is what was written: an alert's words or a person's.
	Text string
	// Type is the error type where it is known; a document of exactly this type is always found, whatever its words.
	Type      string
	Service   string
	Magnitude *float64
	// Kinds limits the search to documents of these kinds; empty means all.
	Kinds []string
	// K is how many hits are wanted at most; 0 means DefaultK.
	K int
	// Asked is what an earlier search of the same Text came to have; nil asks for its vector.
	Asked *Asked
}

// Asked is what came of asking for a text's vector.
type Asked struct {
	vector []float32
	err    error
}

// Hit is one document found. Score and Margin are relative to this search, Cosine and Coverage are absolute.
type Hit struct {
	ID   string
	Kind string
	// Score orders the hits: fused legs and facets, 0..1. It says nothing about how good the best one is.
	Score float64
	// Cosine is the absolute text score, 0..1: the cosine of the document's best passage. Compare it with Nulls.
	Cosine float64
	// Agreement is how far the lexical legs agree that this is the best, 1 where all do. Rival is the text score of the
	// third best as a share of this one's, others of the same problem left out; the second may be the same document under
	// another name. Both are relative to this search, and no hit has a better one than a hit whose words are better.
	Agreement, Rival float64
	// Names is the idf-weighted share of the query's names that the document has, 0..1. A name is a word written with a
	// capital; few of them count little.
	Names float64
	// Called tells that the query calls the document by its name.
	Called bool
	// Coverage is the idf-weighted share of the query's words that the document has, 0..1.
	Coverage float64
	// Margin is the share of Score by which this hit leads the next one, 0..1; 1 when there is no next one.
	Margin float64
	// SameType and SameService tell which facets matched exactly; letter case and separators don't count.
	SameType    bool
	SameService bool
	// Matched are the query's words that the document has, as they were written, the rarest first.
	Matched []string
	Legs    Legs
}

// Legs are the absolute scores that went into a hit's Score. BM25 has no upper bound, the others are cosines.
type Legs struct {
	BM25   float64
	Words  float64
	Chars  float64
	Vector float64
	// Passage is the cosine of the best passage, Near the share of the query's near words that stand near each other.
	Passage float64
	Near    float64
}

// Result is the answer to a query: its hits, best first, ties by ID and Kind.
type Result struct {
	Hits []Hit
	// Words is how many different words the query had, numbers and grammar aside.
	Words int
	// Skipped says why the vector leg took no part, nil when it did or when the index holds no vector yet.
	Skipped error
	// Asked spares a further search of the same text the way to the model.
	Asked *Asked
}
