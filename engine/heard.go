package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Heard is when a source last told something new.
type Heard struct {
	Source string
	At     time.Time
}

// heardEvents is how far back in the feed sources are looked for.
const heardEvents = 2000

// Heard lists the sources of which something was heard of late, the latest first.
func (e *Engine) Heard(ctx context.Context) ([]Heard, error) {
	last := make(map[string]time.Time)
	err := e.store.View(ctx, func(r Reader) error {
		seq, _, err := r.LastSeq(ctx)
		if err != nil {
			return err
		}
		events, err := r.Events(ctx, max(0, seq-heardEvents), heardEvents)
		for _, ev := range events {
			var a struct {
				Source string `json:"source"`
			}
			if ev.Type == EventAnomaly && json.Unmarshal(ev.Data, &a) == nil && ev.At.After(last[a.Source]) {
				last[a.Source] = ev.At
			}
		}
		return err
	})
	var heard []Heard
	for s, at := range last {
		heard = append(heard, Heard{s, at})
	}
	slices.SortFunc(heard, func(a, b Heard) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Source, b.Source)) })
	return heard, err
}
