package retrieval

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// lexicon is the inverted index: from words to the documents that hold them, and how many documents hold each feature.
// Postings are removed physically, so that its counts are always exact and a score depends only on the documents held,
// never on how they came. It has no lock; the index has.
type lexicon struct {
	terms map[string]uint32
	words []string
	// postings are the slots of the documents that hold a term and how often, by slot.
	postings [][]packed
	// length is the sum of all documents' lengths, for BM25's average.
	length   float64
	live     int
	chars    grams
	spelling spelling
	// logs[n] is ln(n+.5), all the logarithm of the number of documents with the background: a search asks for thousands
	// of idfs, and logarithms are slow.
	logs  []float64
	all   float64
	damps *dampTable
}

func newLexicon() *lexicon {
	l := &lexicon{
		terms:    map[string]uint32{},
		chars:    newGrams(),
		spelling: newSpelling(),
		logs:     []float64{math.Log(.5)},
		all:      math.Log(background + 1),
		damps:    newDampTable(),
	}
	return l
}

// room tells whether a document's words can be numbered.
func (l *lexicon) room(a analysis) bool { return len(l.words)+len(a.terms) <= maxPacked }

// insert adds an entry's features.
func (l *lexicon) insert(e *entry, a analysis) {
	// A term and its place in the analysis, to be sorted by term.
	placed := make([]uint64, len(a.terms))
	for from, t := range a.terms {
		id := a.numbers.of(t, l)
		placed[from] = uint64(pack(id, t.count))<<32 | uint64(from)
		l.postings[id] = insertPosting(l.postings[id], pack(e.slot, t.count))
		l.chars.held(id)
	}
	slices.Sort(placed)
	e.terms = make([]packed, len(placed))
	moved := make([]place, len(placed))
	for to, p := range placed {
		e.terms[to] = packed(p >> 32)
		moved[uint32(p)] = place(to)
	}
	e.flow = packFlow(a.flow, moved)
	for _, name := range a.names {
		e.names = append(e.names, l.term(name))
	}
	l.length += float64(e.length)
	l.resize(l.live + 1)
}

func (l *lexicon) delete(e *entry) {
	for _, t := range e.terms {
		list := l.postings[t.number()]
		if i, found := findPosting(list, e.slot); found {
			l.postings[t.number()] = slices.Delete(list, i, i+1)
			l.chars.dropped(t.number())
		}
	}
	l.length -= float64(e.length)
	l.resize(l.live - 1)
}

// resize sets the number of documents.
func (l *lexicon) resize(live int) {
	l.live, l.all = live, math.Log(float64(live+background+1))
	if len(l.logs) <= live {
		l.logs = append(l.logs, math.Log(float64(live)+.5))
	}
}

// term is the number of a word, a new one where the word is new.
func (l *lexicon) term(word string) uint32 {
	id, known := l.terms[word]
	if !known {
		// The word is a piece of its document's text, and must not keep all of it in memory.
		word = strings.Clone(word)
		id = uint32(len(l.postings))
		l.terms[word] = id
		l.words = append(l.words, word)
		l.postings = append(l.postings, nil)
		l.chars.add(word)
		l.spelling.add(word, id)
	}
	return id
}

// df is the number of documents that hold a term.
func (l *lexicon) df(term uint32) uint32 { return uint32(len(l.postings[term])) }

// background is how many unseen documents without any of the words are counted in. Without them, the word that all three
// documents of a young history share weighs nothing, and the accidental one all; a hundred documents outweigh them.
const background = 10

// idf returns the weight of a feature by the number of documents that hold it: ln((n+1)/(df+.5)), the background
// counted in.
func (l *lexicon) idf() func(df uint32) float64 {
	return func(df uint32) float64 { return l.all - l.logs[df] }
}

// averageLength is the mean length of a document, never 0.
func (l *lexicon) averageLength() float64 {
	return max(l.length/float64(max(l.live, 1)), 1)
}

func findPosting(list []packed, slot uint32) (int, bool) {
	return slices.BinarySearchFunc(list, slot, func(p packed, s uint32) int { return cmp.Compare(p.number(), s) })
}

func insertPosting(list []packed, p packed) []packed {
	if n := len(list); n == 0 || list[n-1] < p {
		return append(list, p)
	}
	i, _ := findPosting(list, p.number())
	return slices.Insert(list, i, p)
}
