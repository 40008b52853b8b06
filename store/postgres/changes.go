package postgres

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Changes(ctx context.Context, service string, from, to time.Time, limit int) ([]engine.Change, error) {
	return docs[engine.Change](ctx, r.db, `
		SELECT doc FROM changes WHERE service = $1 AND at BETWEEN $2 AND $3 ORDER BY at DESC, id DESC LIMIT $4`,
		doc.Key(service), doc.Time(from), doc.Time(to), doc.Limit(limit, 50))
}

func (t *tx) PutChanges(ctx context.Context, changes []engine.Change) error {
	var ids, services, list []string
	var at []time.Time
	for _, c := range lastOf(changes, func(c *engine.Change) string { return c.ID }) {
		c = doc.Change(c)
		b, err := doc.Encode(c)
		if err != nil {
			return fmt.Errorf("change %s: %w", c.ID, err)
		}
		ids, services, list = append(ids, doc.Key(c.ID)), append(services, doc.Key(c.Service)), append(list, string(b))
		at = append(at, c.At)
	}
	if len(ids) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO changes (id, service, at, doc) SELECT id, service, at, doc::json
		FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) AS u (id, service, at, doc)
		ON CONFLICT (id) DO UPDATE SET service = excluded.service, at = excluded.at, doc = excluded.doc`, ids, services, at, list)
}
