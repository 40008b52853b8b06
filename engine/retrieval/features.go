package retrieval

// pairBuckets: word pairs are hashed; 10,000 incidents hold about 300,000 of them.
const pairBuckets = 1 << 18

// analysis is a text read once, for documents and queries alike.
type analysis struct {
	tokens []token
	// terms are the stems with what they count, as they first occur; length is their sum.
	terms  []termCount
	length float32
	// flow is the running text in terms, by their place in terms.
	flow []place
	// spread is how many different pairs of neighbours it has.
	spread int
	// names are the stems of a document's names.
	names []string
	// numbers are what the index calls the terms.
	numbers *numbers
}

// place is a term's place in an analysis, or a passage's end.
type place int32

const passageEnd place = -1

type termCount struct {
	stem  string
	id    uint32 // the reader's number of it
	count float32
	// whole marks what occurs only as a compound kept whole.
	whole bool
}

// analyse reads a document's fields, up to a limit of words in all.
func analyse(fields []Field, limit int) analysis { return newReader().analyse(fields, limit) }

// analyseQuery reads a query's texts.
func analyseQuery(texts ...string) analysis {
	var spans []span
	for _, text := range texts {
		spans = append(spans, querySpans(text)...)
	}
	return newReader().read(spans, maxQueryWords)
}

// appendWordPairs appends the bucket of every two neighbouring words, stop words left out.
func appendWordPairs(pairs []uint32, tokens []token) []uint32 {
	last := uint32(0)
	for _, t := range tokens {
		if t.stop || t.whole {
			continue
		}
		if last != 0 {
			pairs = append(pairs, mix(last*31+t.hash)%pairBuckets)
		}
		last = t.hash
	}
	return pairs
}

// The 32-bit FNV-1a parameters: a hash that is the same on every machine and in every version.
const (
	fnvBasis = 2166136261
	fnvPrime = 16777619
)

func hashString(s string) uint32 {
	h := uint32(fnvBasis)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * fnvPrime
	}
	return h
}

// mix spreads a hash over all its bits (MurmurHash3's finaliser), so that its low bits can name a bucket.
func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}
