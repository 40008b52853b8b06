package retrieval

import (
	"cmp"
	"slices"
)

// guessSlack is how many other words may stand between the words of a type's name: "timeouts from the primary database"
// still names database_timeout, words of two sentences don't.
const guessSlack = 3

// oneWord is the strength of a type whose name is a single word: "latency" occurs in alerts about anything.
const oneWord = .7

// Guess is an error type read out of words. Type is empty where none fits or where two fit equally well.
type Guess struct {
	Type string
	// Strength is 1 where all the words of the type's name stand next to each other, and falls with their distance.
	Strength float64
}

// Types are the error types that a history knows, read once. They never change.
type Types struct{ list []namedType }

type namedType struct {
	name, folded string
	words        []string
}

// NewTypes reads the names of types.
func NewTypes(names []string) Types {
	t := Types{make([]namedType, len(names))}
	for n, name := range names {
		t.list[n] = namedType{name, foldName(name), distinctWords(name)}
	}
	return t
}

// Guess tells which of the types a text names: every word of the type's name must occur in the text, close together, in
// any order, itself or by a synonym of the field. The more specific type wins.
func (t Types) Guess(text string) Guess {
	said := canonicalWords(text)
	spoken := make(map[string]bool, len(said))
	for _, word := range said {
		spoken[word] = true
	}
	var best Guess
	var folded string
	size, tied := 0, false
	for _, named := range t.list {
		if slices.ContainsFunc(named.words, func(word string) bool { return !spoken[word] }) {
			continue
		}
		strength := closeness(said, named.words)
		if strength == 0 {
			continue
		}
		switch order := cmp.Or(cmp.Compare(len(named.words), size), cmp.Compare(strength, best.Strength)); {
		case order > 0:
			best, folded, size, tied = Guess{named.name, strength}, named.folded, len(named.words), false
		case order == 0 && named.folded != folded:
			tied = true
		}
	}
	if tied {
		return Guess{}
	}
	return best
}

// canonicalWords are a text's words by their canonical names, as they follow each other.
func canonicalWords(text string) []string {
	var words []string
	last := ""
	for _, t := range tokenise(text, maxWords) {
		if t.stop || t.whole {
			continue
		}
		if both := joinedMeaning(last, t.stem); both != "" {
			words[len(words)-1], last = both, ""
			continue
		}
		words = append(words, canonical(t.stem))
		last = t.stem
	}
	return words
}

func distinctWords(name string) []string {
	words := canonicalWords(name)
	slices.Sort(words)
	return slices.Compact(words)
}

// closeness is 1 where all the words stand next to each other somewhere in the text, less for every other word between
// them, and 0 where they are missing or too far apart. A single word is never quite close.
func closeness(said, words []string) float64 {
	if len(words) == 0 {
		return 0
	}
	best := len(words) + guessSlack + 1
	last := make([]int, len(words))
	for i := range last {
		last[i] = -1
	}
	for at, word := range said {
		k, wanted := slices.BinarySearch(words, word)
		if !wanted {
			continue
		}
		last[k] = at
		if first := slices.Min(last); first >= 0 {
			best = min(best, at-first+1)
		}
	}
	if best > len(words)+guessSlack {
		return 0
	}
	if len(words) == 1 {
		return oneWord
	}
	return float64(len(words)) / float64(best)
}
