package retrieval

import (
	"math"
	"unicode/utf8"
)

// Characters are read in n-grams of 3 to 5, hashed into 2^16 buckets so that one is two bytes: shorter ones are
// everywhere, longer ones are words.
const (
	charBuckets = 1 << 16
	minGram     = 3
	maxGram     = 5
)

// grams are the character n-grams of the words that an index knows. A document's characters are those of its words, so
// that no document holds any: a word's n-grams are kept once, however many documents hold the word.
type grams struct {
	all []uint16
	// ends[t] is where those of word t end.
	ends []uint32
	// df[g] is how often a document holds a word with n-gram g: twice where it holds two. idf[g] is what it weighs.
	df  *[charBuckets]uint32
	idf *[charBuckets]float32
}

func newGrams() grams { return grams{df: new([charBuckets]uint32), idf: new([charBuckets]float32)} }

// add takes the next word in.
func (g *grams) add(word string) {
	g.all = appendGrams(g.all, word)
	g.ends = append(g.ends, uint32(len(g.all)))
}

func (g *grams) of(term uint32) []uint16 {
	start := uint32(0)
	if term > 0 {
		start = g.ends[term-1]
	}
	return g.all[start:g.ends[term]]
}

// held tells that one more document holds a word, dropped that one less does.
func (g *grams) held(term uint32) {
	for _, gram := range g.of(term) {
		g.df[gram]++
	}
}

func (g *grams) dropped(term uint32) {
	for _, gram := range g.of(term) {
		g.df[gram]--
	}
}

// charQuery is what a query's characters weigh.
type charQuery struct {
	// weights are by n-gram, 0 where the query lacks it; used lists the others.
	weights [charBuckets]float32
	used    []uint16
	// norm is the length of the query's vector.
	norm  float64
	grams []uint16
}

// read makes the vector of a query's words: each word's n-grams weighed by their idf and brought to length 1, times the
// damped count of the word. Compounds kept whole are left out, because their parts say the same.
func (q *charQuery) read(terms []termCount, l *lexicon) {
	for _, t := range terms {
		if t.whole {
			continue
		}
		q.grams = appendGrams(q.grams[:0], t.stem)
		length := l.gramsLength(q.grams)
		for _, g := range q.grams {
			if q.weights[g] == 0 {
				q.used = append(q.used, g)
			}
			q.weights[g] += damp(t.count) * l.chars.idf[g] / length
		}
	}
	sum := 0.
	for _, g := range q.used {
		sum += float64(q.weights[g]) * float64(q.weights[g])
		// From here on it is multiplied with words' n-grams, whose own idf it takes along.
		q.weights[g] *= l.chars.idf[g]
	}
	q.norm = math.Sqrt(sum)
}

// word is the dot product of the query's vector and a word's at length 1.
func (q *charQuery) word(grams []uint16, l *lexicon) float32 {
	sum := float32(0)
	for _, g := range grams {
		sum += q.weights[g]
	}
	if sum == 0 {
		return 0
	}
	return sum / l.gramsLength(grams)
}

func (q *charQuery) clear() {
	for _, g := range q.used {
		q.weights[g] = 0
	}
	q.used = q.used[:0]
}

// weighGrams brings the n-grams' weights up to date, which are never 0. A search asks for a hundred thousand.
func (l *lexicon) weighGrams() {
	for g, df := range l.chars.df {
		l.chars.idf[g] = float32(l.all - l.logs[min(df, uint32(l.live))])
	}
}

// gramsLength is the length of a word's vector. A word has at least one n-gram.
func (l *lexicon) gramsLength(grams []uint16) float32 {
	sum := float32(0)
	for _, g := range grams {
		sum += l.chars.idf[g] * l.chars.idf[g]
	}
	return float32(math.Sqrt(float64(sum)))
}

// appendGrams appends the n-grams of a word with a space at both edges.
func appendGrams(grams []uint16, word string) []uint16 {
	// tail holds the hashes of the n-grams that are still growing: tail[n] is that of the last n characters.
	var tail [maxGram + 1]uint32
	tail[0] = fnvBasis
	seen := 0
	feed := func(r rune) {
		for n := maxGram; n >= 1; n-- {
			tail[n] = (tail[n-1] ^ uint32(r)) * fnvPrime
		}
		seen++
		for n := minGram; n <= min(seen, maxGram); n++ {
			grams = append(grams, uint16(mix(tail[n]+uint32(n))%charBuckets))
		}
	}
	feed(' ')
	for i := 0; i < len(word); {
		r, size := utf8.DecodeRuneInString(word[i:])
		feed(r)
		i += size
	}
	feed(' ')
	return grams
}
