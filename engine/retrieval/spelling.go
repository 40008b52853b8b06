package retrieval

import (
	"cmp"
	"slices"
)

// A word that no document holds stands for the known words that look like it. Dice's coefficient over trigrams of .5
// lets one wrong or swapped letter through in a word of seven, and keeps apart words that share only an ending.
const (
	nearEnough = .5
	maxNear    = 3
)

// spelling finds known words by their trigrams.
type spelling struct {
	byGram map[uint32][]uint32
	// size is the number of trigrams of each word.
	size []uint8
}

func newSpelling() spelling { return spelling{byGram: map[uint32][]uint32{}} }

func (s *spelling) add(word string, term uint32) {
	grams := trigrams(word)
	for _, g := range grams {
		s.byGram[g] = append(s.byGram[g], term)
	}
	s.size = append(s.size, uint8(len(grams)))
}

// like is a known word that resembles another, and how much.
type like struct {
	term uint32
	sim  float64
}

// near returns the words most like an unknown one among those that documents hold, ties in alphabetical order.
func (l *lexicon) near(word string) []like {
	grams := trigrams(word)
	shared := map[uint32]int{}
	for _, g := range grams {
		for _, t := range l.spelling.byGram[g] {
			shared[t]++
		}
	}
	var likes []like
	for t, n := range shared {
		sim := 2 * float64(n) / float64(len(grams)+int(l.spelling.size[t]))
		if sim >= nearEnough && l.df(t) > 0 {
			likes = append(likes, like{t, sim})
		}
	}
	slices.SortFunc(likes, func(a, b like) int {
		return cmp.Or(cmp.Compare(b.sim, a.sim), cmp.Compare(l.words[a.term], l.words[b.term]))
	})
	return likes[:min(len(likes), maxNear)]
}

// trigrams are the distinct trigrams of a word with its edges, at most 255.
func trigrams(word string) []uint32 {
	runes := []rune(" " + word + " ")
	grams := make([]uint32, 0, len(runes))
	for i := 0; i+3 <= len(runes) && len(grams) < 255; i++ {
		h := uint32(fnvBasis)
		for _, r := range runes[i : i+3] {
			h = (h ^ uint32(r)) * fnvPrime
		}
		grams = append(grams, h)
	}
	slices.Sort(grams)
	return slices.Compact(grams)
}
