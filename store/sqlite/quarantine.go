package sqlite

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Quarantined(ctx context.Context, source string, limit int) ([]engine.Quarantined, error) {
	if source == "" {
		return docs[engine.Quarantined](ctx, r, `SELECT doc FROM quarantined ORDER BY at DESC, id DESC LIMIT ?`, doc.Limit(limit, 50))
	}
	return docs[engine.Quarantined](ctx, r, `
		SELECT doc FROM quarantined WHERE source = ? ORDER BY at DESC, id DESC LIMIT ?`, doc.Key(source), doc.Limit(limit, 50))
}

func (t *tx) PutQuarantined(ctx context.Context, parts []engine.Quarantined) error {
	for _, q := range parts {
		b, err := doc.Encode(doc.Quarantined(q))
		if err != nil {
			return fmt.Errorf("quarantined %s: %w", q.ID, err)
		}
		if _, err := t.exec(ctx, `
			INSERT INTO quarantined (id, source, at, doc) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET source = excluded.source, at = excluded.at, doc = excluded.doc`,
			doc.Key(q.ID), doc.Key(q.Source), micros(q.At), string(b)); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) DropQuarantined(ctx context.Context, before time.Time, keep int) error {
	_, err := t.exec(ctx, `
		DELETE FROM quarantined WHERE at < ?1
			OR id IN (SELECT id FROM quarantined ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?2)`, micros(before), keep)
	return err
}
