package retrieval

import (
	"cmp"
	"math"
	"slices"
)

// pairBuckets: word pairs are hashed; 10,000 incidents hold about 300,000 of them.
const pairBuckets = 1 << 18

// analysis is a text read once, for documents and queries alike.
type analysis struct {
	tokens []token
	// terms are the stems with how often they occur, by stem; length is their sum.
	terms  []termCount
	length float32
	pairs  []pairCount
}

type termCount struct {
	stem  string
	count float32
	// whole marks what occurs only as a compound kept whole.
	whole bool
}

type pairCount struct {
	bucket uint32
	count  uint8
}

// analyse reads the fields, up to a limit of words in all.
func analyse(fields []Field, limit int) analysis {
	var a analysis
	counts := map[string]termCount{}
	var pairs []uint32
	for _, f := range fields {
		room := limit - len(a.tokens)
		tokens := tokenise(f.Text, room)
		tokens = tokens[:min(len(tokens), room)]
		weight := fieldWeight(f.Name)
		for _, t := range tokens {
			if !t.stop {
				c, known := counts[t.stem]
				counts[t.stem] = termCount{t.stem, c.count + weight, t.whole && (c.whole || !known)}
				a.length += weight
			}
		}
		pairs = appendWordPairs(pairs, tokens)
		a.tokens = append(a.tokens, tokens...)
	}
	a.terms = make([]termCount, 0, len(counts))
	for _, c := range counts {
		a.terms = append(a.terms, c)
	}
	slices.SortFunc(a.terms, func(l, r termCount) int { return cmp.Compare(l.stem, r.stem) })
	slices.Sort(pairs)
	eachRun(pairs, func(b uint32, n uint8) { a.pairs = append(a.pairs, pairCount{b, n}) })
	return a
}

// fieldWeight is how much a word counts by the field it stands in. All count the same: no weighting has been measured
// to be better on held-out data yet.
func fieldWeight(string) float32 { return 1 }

// appendWordPairs appends the bucket of every two neighbouring words, stop words left out.
func appendWordPairs(pairs []uint32, tokens []token) []uint32 {
	last := uint32(0)
	for _, t := range tokens {
		if t.stop || t.whole {
			continue
		}
		h := hashString(t.stem)
		if last != 0 {
			pairs = append(pairs, mix(last*31+h)%pairBuckets)
		}
		last = h
	}
	return pairs
}

// eachRun calls found for every run of equal values in a sorted slice, with its length, at most 255.
func eachRun[T comparable](sorted []T, found func(value T, n uint8)) {
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		found(sorted[i], uint8(min(j-i, math.MaxUint8)))
		i = j
	}
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
