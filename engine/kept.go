package engine

import (
	"bufio"
	"encoding/gob"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"ragoffire/engine/retrieval"
)

// keptChunk is how many past incidents are written as one.
const keptChunk = 4096

// keptPast is a past as it is written, keptHandbook a handbook.
type keptPast struct {
	ID, Title, Symptom, Service, ErrorType string
	Severity                               Severity
	Spike                                  *float64
	Fix                                    string
	Tried                                  []Attempt
	Cost, Undo, Took                       string
	CheckFirst                             []string
	At                                     time.Time
	Seed, AfterChange                      bool
	Updated                                time.Time
}

type keptHandbook struct {
	ID, Title, Service, ErrorType, URL string
	Alerts                             []string
	Mitigation                         string
	Seed                               bool
	Updated                            time.Time
}

// keptRest is what stands behind the index and before the past incidents.
type keptRest struct {
	Pasts     int
	Handbooks []keptHandbook
	Seeds     []retrieval.Document
}

// save writes the library as it is now.
func (l *library) save(w io.Writer) error {
	index, pasts, rest := l.snapshot()
	if err := index.Write(w); err != nil {
		return err
	}
	out := gob.NewEncoder(w)
	if err := out.Encode(rest); err != nil {
		return fmt.Errorf("snapshot of the history: %w", err)
	}
	for chunk := range slices.Chunk(pasts, keptChunk) {
		kept := make([]keptPast, len(chunk))
		for n, p := range chunk {
			kept[n] = keptPast{
				p.id, p.title, p.symptom, p.service, p.errorType, p.severity, p.spike, p.fix, p.tried, p.cost, p.undo, p.took, p.checkFirst,
				p.at, p.seed, p.afterChange, p.updated,
			}
		}
		if err := out.Encode(kept); err != nil {
			return fmt.Errorf("snapshot of the history: %w", err)
		}
	}
	return nil
}

// snapshot takes what is there, so that it can be written while others go on.
func (l *library) snapshot() (*retrieval.Snapshot, []*past, *keptRest) {
	l.changing.Lock()
	defer l.changing.Unlock()
	l.mu.RLock()
	defer l.mu.RUnlock()
	pasts := make([]*past, 0, len(l.incidents))
	for _, list := range l.types { // in the order they came
		pasts = append(pasts, list...)
	}
	for _, p := range l.incidents {
		if typeKey(p.errorType) == "" {
			pasts = append(pasts, p)
		}
	}
	rest := &keptRest{Pasts: len(pasts), Seeds: slices.Collect(maps.Values(l.seeds))}
	for _, b := range l.runbooks {
		rest.Handbooks = append(rest.Handbooks, keptHandbook{b.id, b.title, b.service, b.errorType, b.url, b.alerts, b.mitigation, b.seed, b.updated})
	}
	return l.index.Snapshot(), pasts, rest
}

// restore fills an empty library. Where it returns an error, the library is spoilt.
func (l *library) restore(in *bufio.Reader) error {
	if err := l.index.Restore(in); err != nil {
		return err
	}
	stream := gob.NewDecoder(in)
	var rest keptRest
	if err := stream.Decode(&rest); err != nil {
		return fmt.Errorf("snapshot of the history: %w", err)
	}
	for n := range rest.Handbooks {
		k := &rest.Handbooks[n]
		l.putHandbook(&handbook{k.ID, k.Title, k.Service, k.ErrorType, k.URL, k.Alerts, k.Mitigation, k.Seed, k.Updated})
	}
	for _, d := range rest.Seeds {
		l.seeds[docKey{d.Kind, d.ID}] = d
	}
	for len(l.incidents) < rest.Pasts {
		var kept []keptPast
		if err := stream.Decode(&kept); err != nil {
			return fmt.Errorf("snapshot of the history: %w", err)
		}
		for n := range kept {
			k := &kept[n]
			l.putPast(&past{
				k.ID, k.Title, k.Symptom, k.Service, k.ErrorType, k.Severity, k.Spike, k.Fix, k.Tried, k.Cost, k.Undo, k.Took, k.CheckFirst,
				k.At, k.Seed, k.AfterChange, k.Updated,
			})
		}
	}
	return nil
}
