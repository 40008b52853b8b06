package retrieval

import "strings"

// maxKnown is how many compounds a reader remembers: with the 8,000 latest, nine words of ten are read at a glance.
const maxKnown = 8_000

// reader splits texts into words, and remembers how it split the latest compounds: the words of a history are few. It
// serves one goroutine. The zero value reads without remembering.
type reader struct {
	known map[string][]token
}

func newReader() *reader { return &reader{known: map[string][]token{}} }

// appendCompound appends the parts of one compound and, where there are several, the whole.
func (r *reader) appendCompound(tokens []token, compound string) []token {
	if r.known == nil || len(compound) > maxWhole {
		return appendCompound(tokens, compound)
	}
	words, known := r.known[compound]
	if !known {
		if len(r.known) >= maxKnown {
			clear(r.known)
		}
		// The compound is a piece of its document's text, and must not keep all of it in memory.
		compound = strings.Clone(compound)
		words = appendCompound(nil, compound)
		r.known[compound] = words
	}
	return append(tokens, words...)
}
