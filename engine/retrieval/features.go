package retrieval

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"
)

// Feature spaces are hashed. Word pairs get 2^18 buckets (10,000 incidents hold about 300,000 pairs), character
// n-grams 2^16, so that a bucket is two bytes.
const (
	pairBuckets = 1 << 18
	charBuckets = 1 << 16
)

// Characters are read in n-grams of 3 to 5: shorter ones are everywhere, longer ones are words.
const (
	minGram = 3
	maxGram = 5
)

// analysis is a text read once, for documents and queries alike.
type analysis struct {
	tokens []token
	// terms are the stems with how often they occur, by stem; length is their sum.
	terms  []termCount
	length float32
	pairs  []pairCount
	chars  []charCount
}

type termCount struct {
	stem  string
	count float32
}

type pairCount struct {
	bucket uint32
	count  uint8
}

type charCount struct {
	bucket uint16
	count  uint8
}

// analyse reads the fields, up to a limit of words in all.
func analyse(fields []Field, limit int) analysis {
	var a analysis
	counts := map[string]float32{}
	var pairs []uint32
	var chars []uint16
	for _, f := range fields {
		room := limit - len(a.tokens)
		tokens := tokenise(f.Text, room)
		tokens = tokens[:min(len(tokens), room)]
		weight := fieldWeight(f.Name)
		for _, t := range tokens {
			if !t.stop {
				counts[t.stem] += weight
				a.length += weight
			}
		}
		pairs = appendWordPairs(pairs, tokens)
		chars = appendCharGrams(chars, tokens)
		a.tokens = append(a.tokens, tokens...)
	}
	a.terms = make([]termCount, 0, len(counts))
	for s, c := range counts {
		a.terms = append(a.terms, termCount{s, c})
	}
	slices.SortFunc(a.terms, func(l, r termCount) int { return cmp.Compare(l.stem, r.stem) })
	slices.Sort(pairs)
	chars = sortBuckets(chars)
	eachRun(pairs, func(b uint32, n uint8) { a.pairs = append(a.pairs, pairCount{b, n}) })
	eachRun(chars, func(b uint16, n uint8) { a.chars = append(a.chars, charCount{b, n}) })
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

// appendCharGrams appends the buckets of all character n-grams of the running text, words joined by one space, so that
// the n-grams see word boundaries and what stands on both sides.
func appendCharGrams(grams []uint16, tokens []token) []uint16 {
	// tail holds the hashes of the n-grams that are still growing: tail[n] is that of the last n characters.
	var tail [maxGram + 1]uint32
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
	tail[0] = fnvBasis
	feed(' ')
	for _, t := range tokens {
		if t.whole {
			continue
		}
		for i := 0; i < len(t.text); {
			r, size := utf8.DecodeRuneInString(t.text[i:])
			feed(r)
			i += size
		}
		feed(' ')
	}
	if seen == 1 {
		return nil
	}
	return grams
}

// sortBuckets sorts by counting, low byte first: a text has a thousand n-grams, and comparing them would cost more than
// all the rest of reading it.
func sortBuckets(buckets []uint16) []uint16 {
	other := make([]uint16, len(buckets))
	for shift := 0; shift < 16; shift += 8 {
		var starts [256 + 1]int
		for _, b := range buckets {
			starts[b>>shift&0xff+1]++
		}
		for i := range 256 {
			starts[i+1] += starts[i]
		}
		for _, b := range buckets {
			other[starts[b>>shift&0xff]] = b
			starts[b>>shift&0xff]++
		}
		buckets, other = other, buckets
	}
	return buckets
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
