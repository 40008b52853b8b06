package retrieval

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options shape an index; the zero value is a working default.
type Options struct {
	// Embedder feeds the vector leg; nil means that there is none.
	Embedder Embedder
	// Patience is how long a search waits for the query's vector before it goes without; 0 means two seconds, what
	// somebody who looks at a terminal waits.
	Patience time.Duration
}

// Index holds documents and answers queries. It is safe for concurrent use: texts are read and embedded outside its
// lock, and what happens under the lock is short, so that searches don't wait for writers.
type Index struct {
	embedder Embedder
	patience time.Duration
	vectors  *vectors
	scratch  scratchPool
	nulls    nulls
	// synonyms never change.
	synonyms synonyms

	mu      sync.RWMutex
	lexicon *lexicon
	byKey   map[key]*entry
	// slots number the entries, lengths repeats their length for the walk over postings; freed slots are used again.
	slots   []*entry
	lengths []float32
	free    []uint32
	// types lists the slots of every type by its folded name.
	types map[string][]uint32
	// named lists the slots of every name by its term.
	named map[uint32][]uint32
	// shared are the names of kinds, types and services.
	shared map[string]string
	// epoch counts the changes.
	epoch uint64
}

// New returns an empty index.
func New(o Options) *Index {
	return &Index{
		embedder: o.Embedder,
		patience: cmp.Or(o.Patience, 2*time.Second),
		vectors:  &vectors{texts: map[key]string{}, made: map[key]string{}},
		lexicon:  newLexicon(),
		synonyms: newSynonyms(),
		byKey:    map[key]*entry{},
		types:    map[string][]uint32{},
		named:    map[uint32][]uint32{},
		shared:   map[string]string{},
	}
}

// replace puts entries into the places of those with their keys, or into new ones.
func (x *Index) replace(read []readDocument) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	defer x.lexicon.weighGrams()
	for _, r := range read {
		if !x.lexicon.room(r.analysis) || len(x.slots) == maxPacked {
			return fmt.Errorf("%s %q: the index holds no more than %d documents and as many different words", r.kind, r.id, maxPacked)
		}
		if old := x.byKey[r.key]; old != nil {
			x.take(old)
		}
		x.place(r.entry, r.analysis)
		x.nulls.draw(r)
	}
	return nil
}

// place gives an entry a slot and takes it in. The index is locked.
func (x *Index) place(e *entry, a analysis) {
	if n := len(x.free); n > 0 {
		e.slot, x.free = x.free[n-1], x.free[:n-1]
	} else {
		e.slot = uint32(len(x.slots))
		x.slots, x.lengths = append(x.slots, nil), append(x.lengths, 0)
	}
	e.kind, e.typeKey, e.service = x.name(e.kind), x.name(e.typeKey), x.name(e.service)
	x.slots[e.slot], x.lengths[e.slot] = e, e.length
	x.byKey[e.key] = e
	x.lexicon.insert(e, a)
	if e.typeKey != "" {
		x.types[e.typeKey] = append(x.types[e.typeKey], e.slot)
	}
	for _, name := range e.names {
		x.named[name] = append(x.named[name], e.slot)
	}
	x.epoch++
}

// name is a name that many documents have, once in memory.
func (x *Index) name(name string) string {
	if known, ok := x.shared[name]; ok {
		return known
	}
	name = strings.Clone(name)
	x.shared[name] = name
	return name
}

// take takes an entry out. The index is locked.
func (x *Index) take(e *entry) {
	x.lexicon.delete(e)
	x.nulls.forget(e)
	delete(x.byKey, e.key)
	x.slots[e.slot] = nil
	x.free = append(x.free, e.slot)
	ofSlot := func(s uint32) bool { return s == e.slot }
	if slots := x.types[e.typeKey]; len(slots) > 0 {
		x.types[e.typeKey] = slices.DeleteFunc(slots, ofSlot)
	}
	for _, name := range e.names {
		if x.named[name] = slices.DeleteFunc(x.named[name], ofSlot); len(x.named[name]) == 0 {
			delete(x.named, name)
		}
	}
	x.epoch++
}

// holds returns a question: is this entry still the one held under its key?
func (x *Index) holds(e *entry) func() bool {
	return func() bool {
		x.mu.RLock()
		defer x.mu.RUnlock()
		return x.byKey[e.key] == e
	}
}

// Len is the number of documents.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.byKey)
}
