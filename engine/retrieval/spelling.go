package retrieval

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"unicode"
)

// A word that no document holds stands for the known words that look like it. Dice's coefficient over trigrams of .5
// lets one wrong or swapped letter through in a word of seven, and keeps apart words that share only an ending.
const (
	nearEnough = .5
	maxNear    = 3
)

// spellingBudget is how many words with a trigram of an unknown word are looked at: about a third of a millisecond.
const spellingBudget = 12_000

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

// near returns the words most like an unknown one among those that documents hold, ties in alphabetical order. A word with
// a digit in it is a name or a number: what resembles it is another one, and not what was meant.
func (l *lexicon) near(word string, seen *wordCounts) []like {
	if strings.ContainsFunc(word, unicode.IsDigit) {
		return nil
	}
	grams := trigrams(word)
	var likes []like
	for t, n := range l.spelling.sharing(grams, len(l.words), seen) {
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

// sharing gives the words that may be near enough, each with the number of the grams it shares. Dice's coefficient of .5
// takes a third of the grams at least, so such a word shares one of any two thirds of them: the rarest two thirds find the
// candidates, and the commonest third, whose lists are long, only counts for those. A word made of the commonest grams
// only, such as a host's name among a hundred thousand, is not looked for: there is no telling what was meant.
func (s *spelling) sharing(grams []uint32, words int, seen *wordCounts) iter.Seq2[uint32, int] {
	lists := make([][]uint32, 0, len(grams))
	for _, g := range grams {
		lists = append(lists, s.byGram[g])
	}
	slices.SortFunc(lists, func(a, b []uint32) int { return cmp.Compare(len(a), len(b)) })
	rare := len(lists) - (len(lists)+2)/3 + 1
	counts := seen.take(words)
	var found []uint32
	walked := 0
	for _, list := range lists[:min(rare, len(lists))] {
		if walked += len(list); walked > spellingBudget {
			break
		}
		for _, t := range list {
			if counts[t] == 0 {
				found = append(found, t)
			}
			counts[t]++
		}
	}
	return func(yield func(uint32, int) bool) {
		defer seen.put(found)
		for _, t := range found {
			n := int(counts[t])
			for _, list := range lists[min(rare, len(lists)):] {
				if _, ok := slices.BinarySearch(list, t); ok { // terms are numbered as they come
					n++
				}
			}
			if !yield(t, n) {
				return
			}
		}
	}
}

// wordCounts are counts of all words, zero between two uses.
type wordCounts struct{ counts []uint8 }

func (w *wordCounts) take(words int) []uint8 {
	if len(w.counts) < words {
		w.counts = make([]uint8, words+words/4)
	}
	return w.counts
}

func (w *wordCounts) put(used []uint32) {
	for _, t := range used {
		w.counts[t] = 0
	}
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
