package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"ragoffire/engine/retrieval"
)

// ownEnough is how many resolved incidents of its own a store needs before the
// examples step aside.
const ownEnough = 10

// library is what retrieval searches, held in memory: the index, and beside it
// the facts that a decision cites. The store is the truth; this is a cache that
// follows its events.
type library struct {
	index *retrieval.Index
	// changing is held by who changes both: a snapshot between the two would have
	// one without the other.
	changing sync.Mutex

	mu        sync.RWMutex
	incidents map[string]*past
	runbooks  map[string]*handbook
	own       int                // incidents that are not seeds
	types     map[string][]*past // the incidents of each error type, in the order they came
	read      *retrieval.Types   // of types, nil where one is new or gone
	named     map[string]string  // runbook by what alerts call it: its address, its alerts' names
	// seeds are the examples' documents, to put back where the store's own
	// history shrinks.
	seeds map[docKey]retrieval.Document

	lacking, legless spell // vectors of the history, and of questions
	renewing         spell // the history's vectors, by who noticed first
}

// docKey names a document of the index.
type docKey struct{ kind, id string }

func newLibrary(embedder retrieval.Embedder) *library {
	return &library{
		index:     retrieval.New(retrieval.Options{Embedder: embedder}),
		incidents: make(map[string]*past), runbooks: make(map[string]*handbook), types: make(map[string][]*past),
		named: make(map[string]string), seeds: make(map[docKey]retrieval.Document),
	}
}

// put adds or replaces incidents and runbooks. They are found by their words at
// once, by an endpoint's vectors after embed.
func (l *library) put(ctx context.Context, incidents []Incident, runbooks []Runbook) error {
	docs := make([]retrieval.Document, 0, len(incidents)+len(runbooks))
	pasts := make([]*past, len(incidents))
	for n := range incidents {
		pasts[n] = newPast(&incidents[n])
		docs = append(docs, incidentDocument(&incidents[n]))
	}
	for n := range runbooks {
		docs = append(docs, runbookDocument(&runbooks[n]))
	}
	l.changing.Lock()
	defer l.changing.Unlock()
	l.mu.Lock()
	before := l.own >= ownEnough
	for n, p := range pasts {
		l.putPast(p)
		if p.seed {
			l.seeds[docKey{KindIncident, p.id}] = docs[n]
		}
	}
	for n := range runbooks {
		b := newHandbook(&runbooks[n])
		l.putHandbook(b)
		if b.seed {
			l.seeds[docKey{KindRunbook, b.id}] = docs[len(incidents)+n]
		}
	}
	aside := l.own >= ownEnough
	if aside {
		docs = slices.DeleteFunc(docs, func(d retrieval.Document) bool { return l.seeded(d.Kind, d.ID) })
	}
	l.mu.Unlock()
	if err := l.index.Put(ctx, docs...); err != nil {
		return err
	}
	if aside != before {
		return l.seedsAside(ctx, aside)
	}
	return nil
}

func (l *library) putPast(p *past) {
	l.forgetIncident(p.id)
	l.incidents[p.id] = p
	if key := typeKey(p.errorType); key != "" {
		if l.types[key] == nil {
			l.read = nil
		}
		l.types[key] = append(l.types[key], p)
	}
	if !p.seed {
		l.own++
	}
}

func (l *library) putHandbook(b *handbook) {
	l.forgetRunbook(b.id)
	l.runbooks[b.id] = b
	for _, name := range b.names() {
		l.named[name] = b.id
	}
}

// embed asks for the vectors that are missing. An endpoint that fails costs its
// leg only; the error says so.
func (l *library) embed(ctx context.Context) error {
	left, err := l.index.EmbedMissing(ctx)
	if err != nil {
		return fmt.Errorf("%d without vectors: %w", left, err)
	}
	return nil
}

// search looks for what is like a question. Where the model turns out to be
// another than it was, the history gets new vectors first, as many as come soon.
func (l *library) search(ctx context.Context, q retrieval.Query) (retrieval.Result, error) {
	found, err := l.index.Search(ctx, q)
	if !errors.Is(found.Skipped, retrieval.ErrOutgrown) || !l.renewing.begins() {
		return found, err
	}
	defer l.renewing.ends()
	soon, cancel := context.WithTimeout(ctx, loadEmbedding)
	defer cancel()
	if err := l.embed(soon); err != nil {
		return found, nil // it goes by words, and says so
	}
	q.Asked = found.Asked
	return l.index.Search(ctx, q)
}

// alike reports whether hits end among those of the one alert that they begin
// with: there are more, and what the latest say of a fix may stand further down.
func (l *library) alike(hits []retrieval.Hit) bool {
	if len(hits) < candidates {
		return false
	}
	seen := func(h retrieval.Hit) string {
		p, ok := l.incident(h.ID)
		if h.Kind != KindIncident || !ok {
			return ""
		}
		return p.seen()
	}
	first := slices.IndexFunc(hits, func(h retrieval.Hit) bool { return h.Kind == KindIncident })
	last := seen(hits[len(hits)-1])
	return last != "" && last == seen(hits[first])
}

// remove takes an incident or runbook out.
func (l *library) remove(ctx context.Context, kind, id string) error {
	l.changing.Lock()
	defer l.changing.Unlock()
	l.mu.Lock()
	before := l.own >= ownEnough
	if kind == KindIncident {
		l.forgetIncident(id)
	} else {
		l.forgetRunbook(id)
	}
	aside := l.own >= ownEnough
	l.mu.Unlock()
	l.index.Remove(kind, id)
	if aside != before {
		return l.seedsAside(ctx, aside)
	}
	return nil
}

func (l *library) forgetIncident(id string) {
	old, ok := l.incidents[id]
	if !ok {
		return
	}
	delete(l.incidents, id)
	delete(l.seeds, docKey{KindIncident, id})
	key := typeKey(old.errorType)
	if rest := slices.DeleteFunc(l.types[key], func(p *past) bool { return p == old }); len(rest) > 0 {
		l.types[key] = rest
	} else if key != "" {
		delete(l.types, key)
		l.read = nil
	}
	if !old.seed {
		l.own--
	}
}

func (l *library) forgetRunbook(id string) {
	old, ok := l.runbooks[id]
	if !ok {
		return
	}
	delete(l.runbooks, id)
	delete(l.seeds, docKey{KindRunbook, id})
	for _, name := range old.names() {
		if l.named[name] == id {
			delete(l.named, name)
		}
	}
}

func (l *library) seeded(kind, id string) bool {
	_, ok := l.seeds[docKey{kind, id}]
	return ok
}

// seedsAside takes the examples out of the index, or puts them back.
func (l *library) seedsAside(ctx context.Context, aside bool) error {
	l.mu.RLock()
	docs := slices.Collect(maps.Values(l.seeds))
	l.mu.RUnlock()
	if !aside {
		return l.index.Put(ctx, docs...)
	}
	for _, d := range docs {
		l.index.Remove(d.Kind, d.ID)
	}
	return nil
}

func (l *library) incident(id string) (*past, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	p, ok := l.incidents[id]
	return p, ok
}

func (l *library) runbook(id string) (*handbook, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	b, ok := l.runbooks[id]
	return b, ok
}

// size is how much history there is.
func (l *library) size() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.incidents) + len(l.runbooks)
}

// extent is how much of it is searched, in parentheses after a blank.
func (l *library) extent() string {
	l.mu.RLock()
	incidents, runbooks := len(l.incidents), len(l.runbooks)
	if l.own >= ownEnough {
		for key := range l.seeds {
			if key.kind == KindIncident {
				incidents--
			} else {
				runbooks--
			}
		}
	}
	l.mu.RUnlock()
	var parts []string
	if incidents > 0 {
		parts = append(parts, counted(incidents, "past incident"))
	}
	if runbooks > 0 {
		parts = append(parts, counted(runbooks, "runbook"))
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// aside reports whether the examples have stepped aside.
func (l *library) aside() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.own >= ownEnough
}

// knows reports whether history has incidents of a type, by its key.
func (l *library) knows(key string) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return key != "" && len(l.types[key]) > 0
}

// errorTypes are the types that history knows. They are read when the first
// question after a new one comes.
func (l *library) errorTypes() retrieval.Types {
	l.mu.RLock()
	read := l.read
	l.mu.RUnlock()
	if read != nil {
		return *read
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for _, list := range l.types {
		names = append(names, list[0].errorType)
	}
	slices.Sort(names)
	types := retrieval.NewTypes(names)
	l.read = &types
	return types
}

// ofType are the latest incidents of an error type, at most limit.
func (l *library) ofType(errorType string, limit int) []*past {
	l.mu.RLock()
	defer l.mu.RUnlock()
	list := l.types[typeKey(errorType)]
	return slices.Clone(list[max(0, len(list)-limit):])
}

// runbookFor returns the runbook that an alert names, by its address or by the
// alert's own name.
func (l *library) runbookFor(names ...string) (*handbook, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, name := range names {
		if b := l.runbooks[l.named[nameKey(name)]]; b != nil && name != "" && (!b.seed || l.own < ownEnough) {
			return b, true
		}
	}
	return nil, false
}

// names are what alerts may call a runbook by.
func (h *handbook) names() []string {
	var names []string
	for _, n := range append([]string{h.url}, h.alerts...) {
		if key := nameKey(n); key != "" {
			names = append(names, key)
		}
	}
	return names
}

// nameKey makes addresses and names comparable: an address without its scheme,
// query, fragment and last slash.
func nameKey(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if n := strings.IndexAny(s, "?#"); n >= 0 {
		s = s[:n]
	}
	return strings.TrimRight(s, "/")
}

// typeKey makes error types comparable: letter case and separators don't count.
func typeKey(s string) string { return strings.ToLower(Words(s)) }
