package sqlite

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Changes(ctx context.Context, service string, from, to time.Time, limit int) ([]engine.Change, error) {
	return docs[engine.Change](ctx, r, `
		SELECT doc FROM changes WHERE service = ? AND at BETWEEN ? AND ? ORDER BY at DESC, id DESC LIMIT ?`,
		doc.Key(service), micros(from), micros(to), doc.Limit(limit, 50))
}

func (t *tx) PutChanges(ctx context.Context, changes []engine.Change) error {
	for _, c := range changes {
		b, err := doc.Encode(doc.Change(c))
		if err != nil {
			return fmt.Errorf("change %s: %w", c.ID, err)
		}
		if _, err := t.exec(ctx, `
			INSERT INTO changes (id, service, at, doc) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET service = excluded.service, at = excluded.at, doc = excluded.doc`,
			doc.Key(c.ID), doc.Key(c.Service), micros(c.At), string(b)); err != nil {
			return err
		}
	}
	return nil
}
