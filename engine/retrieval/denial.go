package retrieval

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// deniedWords is how many words after "not the" are denied at most, grammar aside: "not the connection pool of orders"
// says nothing about what comes next. longestPhrase is how many they are with it.
const deniedWords, longestPhrase = 3, 8

// Affirmed is a text without what it says is not the matter ("it is not the database", "the network is fine", "no
// database timeouts" where that is a type), and what that is. A lack is no denial: "no space left" and "not ready" are
// what alerts are about.
func (t Types) Affirmed(text string) (affirmed string, denied []string) {
	words := phraseWords(text)
	var rest strings.Builder
	from := 0
	for i := 0; i < len(words); i++ {
		d := t.denial(words, i)
		if d.first >= d.end || words[d.from].from < from {
			continue
		}
		rest.WriteString(text[from:words[d.from].from])
		from = words[d.to-1].to
		denied = append(denied, text[words[d.first].from:words[d.end-1].to])
		i = d.to - 1
	}
	if len(denied) == 0 {
		return text, nil
	}
	rest.WriteString(text[from:])
	return rest.String(), denied
}

// denial is a denied phrase, and what to leave out with it, as ranges of words.
type denial struct{ from, to, first, end int }

// denial finds the one that is told by the words at i, if they tell any.
func (t Types) denial(words []phraseWord, i int) denial {
	is := func(n int, list ...string) bool {
		return n < len(words) && (n == i || !words[n].apart) && slices.Contains(list, words[n].text)
	}
	after := func(n int) denial {
		end := phraseEnd(words, n)
		return denial{i, end, n, end}
	}
	before := func(n int) denial {
		first := phraseStart(words, i)
		return denial{first, n, first, i}
	}
	switch {
	case is(i, "is", "are", "looks", "look", "seems", "seem") && is(i+1, "fine", "ok", "okay", "healthy", "normal", "innocent"):
		return before(i + 2)
	case is(i, "is", "are", "was") && is(i+1, "not") && is(i+2, "the") && is(i+3, "cause", "problem", "issue", "reason", "culprit"):
		return before(i + 4)
	case is(i, "isnt", "arent", "wasnt") && is(i+1, "the") && is(i+2, "cause", "problem", "issue", "reason", "culprit"):
		return before(i + 3)
	case is(i, "not", "isnt", "arent", "wasnt", "werent") && is(i+1, "the", "our", "about", "due", "caused", "related", "because"):
		// A role that something does not have is a state of it.
		if is(i+2, "leader", "primary", "master", "owner", "active", "same", "right", "expected", "latest", "current", "only", "first", "last") {
			return denial{}
		}
		return after(i + 1)
	case is(i, "neither", "nor"):
		return after(i + 1)
	case is(i, "unrelated") && is(i+1, "to"), is(i, "rather") && is(i+1, "than"):
		return after(i + 2)
	case is(i, "nothing") && is(i+1, "to") && is(i+2, "do") && is(i+3, "with"):
		return after(i + 4)
	case is(i, "no", "without"):
		end := phraseEnd(words, i+1)
		for n := i + 2; n <= end; n++ {
			if is(n, "problem", "problems", "issue", "issues", "trouble") {
				return denial{i, n + 1, i + 1, n}
			}
			if t.named(words[i+1 : n]) {
				return denial{i, n, i + 1, n}
			}
		}
	}
	return denial{}
}

// named reports whether words are a type's name and nothing else. It must be of a trouble: there may be a lack of
// anything else, such as disk space.
func (t Types) named(words []phraseWord) bool {
	if len(words) < 2 || !slices.ContainsFunc(words, func(w phraseWord) bool { return troubles(w.text) }) {
		return false
	}
	var text strings.Builder
	for _, w := range words {
		text.WriteString(w.text + " ")
	}
	guess := t.Guess(text.String())
	return guess.Type != "" && slices.Equal(distinctWords(text.String()), distinctWords(guess.Type))
}

// troubles tells words for what nobody wants to have.
func troubles(word string) bool {
	switch strings.TrimSuffix(word, "s") {
	case "timeout", "lag", "leak", "failure", "error", "latency", "saturation", "exhaustion", "outage", "crash", "crashe", "throttling", "stampede",
		"deadlock", "corruption", "backlog", "overload", "spike", "los", "delay", "contention", "starvation", "pressure", "limiting", "attack",
		"restart", "eviction", "disconnect", "5xx", "4xx", "oom", "split", "flap", "flapping":
		return true
	}
	return false
}

// phraseEnd is where the phrase ends that begins at i.
func phraseEnd(words []phraseWord, i int) int {
	said := 0
	end := min(len(words), i+longestPhrase)
	for n := i; n < end; n++ {
		if n > i && words[n].apart || leaves(words[n].text) {
			return n
		}
		if !stopWord(words[n].text) {
			if said++; said > deniedWords {
				return n
			}
		}
	}
	return end
}

// phraseStart is where the phrase begins that ends before i. Where too little of a thing is said to be there, the phrase is
// empty: that is no denial.
func phraseStart(words []phraseWord, i int) int {
	first, said := i, 0
	for n := i - 1; n >= max(0, i-longestPhrase) && !words[n+1].apart && !leaves(words[n].text); n-- {
		switch words[n].text {
		case "no", "none", "not", "never", "only", "few", "fewer", "less", "least", "half", "of":
			return i
		}
		if isCount(words[n].text) {
			return i
		}
		if !stopWord(words[n].text) {
			if said++; said > deniedWords {
				return i
			}
		}
		first = n
	}
	return first
}

// leaves tells the words that lead from one phrase to the next.
func leaves(word string) bool {
	switch word {
	case "and", "or", "but", "because", "since", "while", "when", "where", "then", "so", "it", "its", "they", "we", "i", "nor",
		"on", "in", "at", "for", "from", "with", "by", "to", "after", "before", "during", "until", "though", "although", "however":
		return true
	}
	return false
}

// phraseWord is a word of running text, by what it is looked up with: lower case, without apostrophes.
type phraseWord struct {
	text     string
	from, to int
	apart    bool // punctuation or a line's end stands before it
}

func phraseWords(text string) []phraseWord {
	var words []phraseWord
	apart := false
	for at := 0; at < len(text) && len(words) < maxWords; {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !inWord(r) {
			apart = apart || r == '\n' || !unicode.IsSpace(r)
			at += size
			continue
		}
		end := at + compoundEnd(text[at:])
		words = append(words, phraseWord{plain(text[at:end]), at, end, apart})
		at, apart = end, false
	}
	return words
}
