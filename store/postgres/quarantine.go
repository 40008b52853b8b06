package postgres

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Quarantined(ctx context.Context, source string, limit int) ([]engine.Quarantined, error) {
	if source == "" {
		return docs[engine.Quarantined](ctx, r.db, `SELECT doc FROM quarantined ORDER BY at DESC, id DESC LIMIT $1`, doc.Limit(limit, 50))
	}
	return docs[engine.Quarantined](ctx, r.db, `
		SELECT doc FROM quarantined WHERE source = $1 ORDER BY at DESC, id DESC LIMIT $2`, doc.Key(source), doc.Limit(limit, 50))
}

func (t *tx) PutQuarantined(ctx context.Context, parts []engine.Quarantined) error {
	var ids, sources, list []string
	var at []time.Time
	for _, q := range lastOf(parts, func(q *engine.Quarantined) string { return q.ID }) {
		q = doc.Quarantined(q)
		b, err := doc.Encode(q)
		if err != nil {
			return fmt.Errorf("quarantined %s: %w", q.ID, err)
		}
		ids, sources, list = append(ids, doc.Key(q.ID)), append(sources, doc.Key(q.Source)), append(list, string(b))
		at = append(at, q.At)
	}
	if len(ids) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO quarantined (id, source, at, doc) SELECT id, source, at, doc::json
		FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) AS u (id, source, at, doc)
		ON CONFLICT (id) DO UPDATE SET source = excluded.source, at = excluded.at, doc = excluded.doc`, ids, sources, at, list)
}

func (t *tx) DropQuarantined(ctx context.Context, before time.Time, keep int) error {
	return t.exec(ctx, `
		DELETE FROM quarantined WHERE at < $1
			OR id IN (SELECT id FROM quarantined ORDER BY at DESC, id DESC OFFSET $2)`, doc.Time(before), keep)
}
