package retrieval

import (
	"slices"
	"strings"
)

// maxKnown is how many compounds a reader remembers, in about 8 MB: nearly all words that a long history has more than
// once or twice.
const maxKnown = 32_000

// reader reads texts, and remembers how it split the latest compounds: the words of a history are few. It serves one
// goroutine. The zero value splits without remembering.
type reader struct {
	known map[string][]token
	// stems numbers the stems of what is known, from 1 on; at is where each is in the terms of the text at hand, from 1
	// on, and 0 where it isn't.
	stems map[string]uint32
	at    []int32
	// numbers are what an index calls the stems.
	numbers *numbers

	tokens, words []token
	pairs         []uint32
}

func newReader() *reader {
	return &reader{known: map[string][]token{}, stems: map[string]uint32{}, at: []int32{0}, numbers: new(numbers)}
}

// analyse reads a document's fields, up to a limit of words in all.
func (r *reader) analyse(fields []Field, limit int) analysis {
	var spans []span
	for _, f := range fields {
		spans = append(spans, documentSpans(f.Text)...)
	}
	a := r.read(spans, limit)
	a.names = r.namesOf(fields)
	return a
}

// read reads spans; the tokens are the reader's until it reads again.
func (r *reader) read(spans []span, limit int) analysis {
	r.forget()
	a := analysis{numbers: r.numbers}
	passage := passages{}
	r.tokens, r.pairs = r.tokens[:0], r.pairs[:0]
	for _, s := range spans {
		start := len(r.tokens)
		r.tokens = r.tokenise(r.tokens, s.text, limit-start)
		r.tokens = r.tokens[:min(len(r.tokens), limit)]
		tokens := r.tokens[start:]
		for i := range tokens {
			t := &tokens[i]
			t.ends = passage.ends(s.opens && i == 0)
			if t.stop {
				continue
			}
			t.weight = s.weight
			if s.numbers > 0 && isCount(t.text) {
				t.weight *= s.numbers
			}
			a.count(r.at, t)
		}
		r.pairs = appendWordPairs(r.pairs, tokens)
	}
	a.tokens = r.tokens
	a.flow = r.flow(r.tokens)
	for _, t := range a.terms {
		r.at[t.id] = 0
	}
	slices.Sort(r.pairs)
	a.spread = len(slices.Compact(r.pairs))
	return a
}

// count counts a token among the terms.
func (a *analysis) count(at []int32, t *token) {
	a.length += t.weight
	if at[t.id] == 0 {
		a.terms = append(a.terms, termCount{t.stem, t.id, t.weight, t.whole})
		at[t.id] = int32(len(a.terms))
		return
	}
	known := &a.terms[at[t.id]-1]
	known.count += t.weight
	known.whole = known.whole && t.whole
}

// flow is the running text: stop words and compounds kept whole are no part of it.
func (r *reader) flow(tokens []token) []place {
	flow := make([]place, 0, len(tokens))
	ends := false
	for _, t := range tokens {
		ends = ends || t.ends
		if t.stop || t.whole {
			continue
		}
		if ends && len(flow) > 0 {
			flow = append(flow, passageEnd)
		}
		ends = false
		flow = append(flow, place(r.at[t.id]-1))
	}
	return flow
}

// forget makes room where too much is known.
func (r *reader) forget() {
	if len(r.known) >= maxKnown || len(r.at) >= 4*maxKnown {
		clear(r.known)
		clear(r.stems)
		r.at, r.numbers = r.at[:1], new(numbers)
	}
}

// numbers are a lexicon's numbers of a reader's stems, by the reader's, plus one; 0 where nobody has asked yet. They
// are the lexicon's, which looks most words up only once for all that a reader reads.
type numbers []uint32

func (n *numbers) of(t termCount, l *lexicon) uint32 {
	if int(t.id) >= len(*n) {
		*n = append(*n, make([]uint32, int(t.id)+1-len(*n))...)
	}
	known := &(*n)[t.id]
	if *known == 0 {
		*known = l.term(t.stem) + 1
	}
	return *known - 1
}

// appendCompound appends the parts of one compound and, where there are several, the whole.
func (r *reader) appendCompound(tokens []token, compound string) []token {
	if r.known == nil {
		return appendCompound(tokens, compound)
	}
	words, known := r.known[compound]
	if !known {
		// The compound is a piece of its document's text, and must not keep all of it in memory.
		compound = strings.Clone(compound)
		words = appendCompound(nil, compound)
		for i := range words {
			words[i].id, words[i].hash = r.number(words[i].stem), hashString(words[i].stem)
		}
		if len(compound) <= maxWhole {
			r.known[compound] = words
		}
	}
	return append(tokens, words...)
}

func (r *reader) number(stem string) uint32 {
	id, known := r.stems[stem]
	if !known {
		id = uint32(len(r.at))
		r.stems[stem] = id
		r.at = append(r.at, 0)
	}
	return id
}
