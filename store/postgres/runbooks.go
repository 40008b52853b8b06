package postgres

import (
	"context"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Runbook(ctx context.Context, id string) (engine.Runbook, error) {
	list, err := docs[engine.Runbook](ctx, r.db, `SELECT doc FROM runbooks WHERE id = $1`, doc.Key(id))
	return one(list, err, "runbook", id)
}

func (r reader) Runbooks(ctx context.Context, after string, limit int) ([]engine.Runbook, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	list, err := docs[engine.Runbook](ctx, r.db, `SELECT doc FROM runbooks WHERE id > $1 ORDER BY id LIMIT $2`, cur.ID, limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(b *engine.Runbook) doc.Cursor { return doc.Cursor{ID: doc.Key(b.ID)} })
	return list, next, nil
}

func (t *tx) PutRunbooks(ctx context.Context, runbooks []engine.Runbook) error {
	var ids, list []string
	var seed []bool
	for _, r := range lastOf(runbooks, func(r *engine.Runbook) string { return r.ID }) {
		b, err := doc.Encode(doc.Runbook(r))
		if err != nil {
			return fmt.Errorf("runbook %s: %w", r.ID, err)
		}
		ids, seed, list = append(ids, doc.Key(r.ID)), append(seed, r.Seed), append(list, string(b))
	}
	if len(ids) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO runbooks (id, seed, doc) SELECT id, seed, doc::json
		FROM unnest($1::text[], $2::boolean[], $3::text[]) AS u (id, seed, doc)
		ON CONFLICT (id) DO UPDATE SET seed = excluded.seed, doc = excluded.doc`, ids, seed, list)
}

func (t *tx) DeleteRunbook(ctx context.Context, id string) error {
	n, err := t.count(ctx, `DELETE FROM runbooks WHERE id = $1`, doc.Key(id))
	if err == nil && n == 0 {
		err = engine.NotFoundf("there is no runbook %s", doc.Text(id))
	}
	return err
}
