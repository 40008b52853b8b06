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
	// logs[n] is ln(n+.5): a document has a thousand features, and logarithms are slow.
	logs  []float64
	damps *dampTable
}

func newLexicon() *lexicon {
	l := &lexicon{
		terms:    map[string]uint32{},
		chars:    newGrams(),
		spelling: newSpelling(),
		logs:     []float64{math.Log(.5)},
		damps:    newDampTable(),
	}
	return l
}

// room tells whether a document's words can be numbered.
func (l *lexicon) room(a analysis) bool { return len(l.words)+len(a.terms) <= maxPacked }

// insert adds an entry's features.
func (l *lexicon) insert(e *entry, a analysis) {
	e.terms = make([]packed, 0, len(a.terms))
	ids := make([]uint32, 0, len(a.terms))
	for _, t := range a.terms {
		id := l.term(t.stem)
		ids = append(ids, id)
		e.terms = append(e.terms, pack(id, t.count))
		l.postings[id] = insertPosting(l.postings[id], pack(e.slot, t.count))
		l.chars.held(id)
	}
	slices.Sort(e.terms)
	moved := make([]place, len(ids))
	for from, id := range ids {
		to, _ := e.placeOf(id)
		moved[from] = place(to)
	}
	e.flow = packFlow(a.flow, moved)
	for _, name := range a.names {
		e.names = append(e.names, l.term(name))
	}
	l.length += float64(e.length)
	l.live++
	if len(l.logs) <= l.live {
		l.logs = append(l.logs, math.Log(float64(l.live)+.5))
	}
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
	l.live--
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
	all := math.Log(float64(l.live + background + 1))
	return func(df uint32) float64 { return all - l.logs[df] }
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
