package engine

import (
	"context"
)

// RemoveExamples deletes the examples and returns how many incidents and
// runbooks they were. What people made their own by importing it under an
// example's id stays.
func (e *Engine) RemoveExamples(ctx context.Context) (incidents, runbooks int, err error) {
	keys, err := e.examples(ctx)
	if err != nil {
		return 0, 0, err
	}
	var gone []docKey
	err = e.store.Update(ctx, func(tx Tx) error {
		gone, incidents, runbooks = nil, 0, 0
		var events []Event
		for _, k := range keys {
			seed, err := isExample(ctx, tx, k)
			if err != nil {
				return err
			}
			if !seed {
				continue
			}
			if k.kind == KindIncident {
				incidents++
				err = tx.DeleteIncident(ctx, k.id)
			} else {
				runbooks++
				err = tx.DeleteRunbook(ctx, k.id)
			}
			if err != nil {
				return err
			}
			ev, err := NewEvent(EventSystem, e.now(), news{What: "removed", Kind: k.kind, ID: k.id})
			if err != nil {
				return err
			}
			gone, events = append(gone, k), append(events, ev)
		}
		if len(events) == 0 {
			return nil
		}
		return tx.Emit(ctx, events...)
	})
	if err != nil {
		return 0, 0, err
	}
	for _, k := range gone {
		if err := e.library.remove(ctx, k.kind, k.id); err != nil {
			return incidents, runbooks, err
		}
	}
	return incidents, runbooks, nil
}

// examples are the keys of all examples in the store.
func (e *Engine) examples(ctx context.Context) (keys []docKey, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		err := each(func(after string) (string, error) {
			page, next, err := r.Incidents(ctx, IncidentFilter{Status: Resolved}, after, 1000)
			for n := range page {
				if page[n].Seed {
					keys = append(keys, docKey{KindIncident, page[n].ID})
				}
			}
			return next, err
		})
		if err != nil {
			return err
		}
		return each(func(after string) (string, error) {
			page, next, err := r.Runbooks(ctx, after, 1000)
			for n := range page {
				if page[n].Seed {
					keys = append(keys, docKey{KindRunbook, page[n].ID})
				}
			}
			return next, err
		})
	})
	return keys, err
}

// isExample reports whether an object is there and still an example.
func isExample(ctx context.Context, tx Tx, k docKey) (seed bool, err error) {
	if k.kind == KindIncident {
		var i Incident
		i, err = tx.Incident(ctx, k.id)
		seed = i.Seed
	} else {
		var b Runbook
		b, err = tx.Runbook(ctx, k.id)
		seed = b.Seed
	}
	if KindOf(err) == NotFound {
		return false, nil
	}
	return seed, err
}
