package engine

import (
	"context"
	"maps"
	"slices"
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

	mu        sync.RWMutex
	incidents map[string]Incident
	runbooks  map[string]Runbook
	own       int // incidents that are not seeds
	types     map[string]*record
}

// record is what the history of one error type says of its fixes, by action.
type record struct {
	incidents      int
	worked, failed map[string]int
}

// count adds n times what an incident says of its fixes.
func (r *record) count(i *Incident, n int) {
	r.incidents += n
	r.worked[actionKey(i.Resolution)] += n
	for _, t := range i.Tried {
		if key := actionKey(t.Action); t.Outcome != "worked" && key != "" {
			r.failed[key] += n
		}
	}
}

func newLibrary(embedder retrieval.Embedder) *library {
	return &library{
		index:     retrieval.New(retrieval.Options{Embedder: embedder}),
		incidents: make(map[string]Incident), runbooks: make(map[string]Runbook), types: make(map[string]*record),
	}
}

// put adds or replaces incidents and runbooks. An embedding endpoint that fails
// costs its leg only; the error says so.
func (l *library) put(ctx context.Context, incidents []Incident, runbooks []Runbook) error {
	l.mu.Lock()
	before := l.own >= ownEnough
	var docs []retrieval.Document
	for _, i := range incidents {
		l.forgetIncident(i.ID)
		l.incidents[i.ID] = i
		if l.types[i.ErrorType] == nil {
			l.types[i.ErrorType] = &record{worked: make(map[string]int), failed: make(map[string]int)}
		}
		l.types[i.ErrorType].count(&i, 1)
		if !i.Seed {
			l.own++
		}
		docs = append(docs, incidentDocument(&i))
	}
	for _, b := range runbooks {
		l.runbooks[b.ID] = b
		docs = append(docs, runbookDocument(&b))
	}
	aside := l.own >= ownEnough
	if aside {
		docs = slices.DeleteFunc(docs, func(d retrieval.Document) bool { return l.seeded(d.Kind, d.ID) })
	}
	l.mu.Unlock()
	err := l.index.Add(ctx, docs...)
	if aside != before {
		return l.seedsAside(ctx, aside)
	}
	return err
}

// remove takes an incident or runbook out.
func (l *library) remove(ctx context.Context, kind, id string) error {
	l.mu.Lock()
	before := l.own >= ownEnough
	if kind == KindIncident {
		l.forgetIncident(id)
	} else {
		delete(l.runbooks, id)
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
	if r := l.types[old.ErrorType]; r.incidents == 1 {
		delete(l.types, old.ErrorType)
	} else {
		r.count(&old, -1)
	}
	if !old.Seed {
		l.own--
	}
}

func (l *library) seeded(kind, id string) bool {
	if kind == KindIncident {
		return l.incidents[id].Seed
	}
	return l.runbooks[id].Seed
}

// seedsAside takes the examples out of the index, or puts them back.
func (l *library) seedsAside(ctx context.Context, aside bool) error {
	l.mu.RLock()
	var docs []retrieval.Document
	for _, i := range l.incidents {
		if i.Seed {
			docs = append(docs, incidentDocument(&i))
		}
	}
	for _, b := range l.runbooks {
		if b.Seed {
			docs = append(docs, runbookDocument(&b))
		}
	}
	l.mu.RUnlock()
	if !aside {
		return l.index.Add(ctx, docs...)
	}
	for _, d := range docs {
		l.index.Remove(d.Kind, d.ID)
	}
	return nil
}

func (l *library) incident(id string) (Incident, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	i, ok := l.incidents[id]
	return i, ok
}

func (l *library) runbook(id string) (Runbook, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	b, ok := l.runbooks[id]
	return b, ok
}

// errorTypes are the types that history knows, in order.
func (l *library) errorTypes() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	types := slices.Sorted(maps.Keys(l.types))
	return slices.DeleteFunc(types, func(t string) bool { return t == "" })
}
