package retrieval

import (
	"slices"
	"strings"
)

// A document's names are its title and the alerts it is for, where they are single words such as KubePodCrashLooping, and
// the first heading of its text where that is one. Alerts carry such names, and whoever gave a document that name has
// said what it is about.

// nameLift is what a name counts beside the text, which counts 1 in all: the name decides, and the text among those of
// the same name. A name that isn't the first in a query is only mentioned.
const (
	nameLift  = 1.
	mentioned = .3
)

// namesOf are the stems of a document's names.
func (r *reader) namesOf(fields []Field) []string {
	var names []string
	for _, f := range fields {
		text := ""
		switch f.Name {
		case "title", "alerts":
			text = f.Text
		case "text":
			text = firstHeading(f.Text)
		}
		for _, word := range strings.Fields(text[:min(len(text), maxProbe)]) {
			r.words = r.tokenise(r.words[:0], strings.Trim(word, "#[](){}<>`*'\".,:;!?"), maxWhole)
			if tokens, n := r.words, len(r.words); n > 0 && (tokens[n-1].whole || n == 1 && single(text, f.Name)) && !tokens[n-1].stop {
				names = append(names, tokens[n-1].stem)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// single tells a title of one word; alerts are names in any case.
func single(text, field string) bool {
	return field == "alerts" || !strings.ContainsAny(strings.TrimSpace(strings.TrimLeft(text, "# ")), " \t")
}

// firstHeading is the heading that a Markdown text begins with, front matter and blank lines aside, where it is one word.
func firstHeading(text string) string {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		if _, rest, ok := strings.Cut(rest, "\n---"); ok {
			text = strings.TrimSpace(rest)
		}
	}
	line, _, _ := strings.Cut(text, "\n")
	heading := strings.TrimSpace(strings.TrimLeft(line, "#"))
	if !strings.HasPrefix(line, "#") || strings.ContainsAny(heading, " \t") {
		return ""
	}
	return heading
}

// queryName is a name in a query, and how much it counts.
type queryName struct {
	term   uint32
	weight float64
}

// names are the names in a query that documents have as theirs. The index is locked for reading.
//
// A name that stands alone in brackets at the beginning, or on a line, is what the alert is called, and so is a CamelCase
// word of three parts or more. GitLab and node-exporter look like names too, but are things that many alerts mention.
func (x *Index) names(text string, tokens []token) []queryName {
	var names []queryName
	add := func(stem string, weight float64) {
		id, known := x.lexicon.terms[stem]
		if known && len(x.named[id]) > 0 && !slices.ContainsFunc(names, func(n queryName) bool { return n.term == id }) {
			names = append(names, queryName{id, weight})
		}
	}
	for _, name := range calledNames(text) {
		if t := tokenise(name, maxWhole); len(t) > 0 {
			add(t[len(t)-1].stem, nameLift)
		}
	}
	parts, compound := 0, ""
	for _, t := range tokens {
		if t.compound != compound {
			parts, compound = 0, t.compound
		}
		switch {
		case !t.whole:
			parts++
		case parts >= callingParts && len(names) == 0 && !strings.ContainsAny(t.compound, "_-"):
			add(t.stem, nameLift)
		default:
			add(t.stem, mentioned)
		}
	}
	return names
}

// callingParts is how many words make a CamelCase word an alert's name.
const callingParts = 3

// calledNames are the words in brackets at the beginning and those that have a line of their own.
func calledNames(text string) []string {
	var names []string
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "["); ok {
		if name, _, ok := strings.Cut(rest, "]"); ok && isWord(name) {
			names = append(names, name)
		}
	}
	for line := range strings.Lines(text[:min(len(text), maxLines)]) {
		if line = strings.TrimSpace(line); isWord(line) && line != text {
			names = append(names, line)
		}
	}
	return names
}

// maxLines is how far into a text names are looked for, in bytes: an alert's own words, not the log behind them.
const maxLines = 4_000

func isWord(text string) bool {
	return text != "" && len(text) <= maxWhole && !strings.ContainsFunc(text, func(r rune) bool { return !inWord(r) && !joins(r) })
}

// namedBy is what the names in the query count for a document.
func (e *entry) namedBy(names []queryName) float64 {
	best := 0.
	for _, n := range names {
		if n.weight > best && slices.Contains(e.names, n.term) {
			best = n.weight
		}
	}
	return best
}
