package sqlite

import (
	"context"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Runbook(ctx context.Context, id string) (engine.Runbook, error) {
	list, err := docs[engine.Runbook](ctx, r, `SELECT doc FROM runbooks WHERE id = ?`, doc.Key(id))
	return one(list, err, "runbook", id)
}

func (r reader) Runbooks(ctx context.Context, after string, limit int) ([]engine.Runbook, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	list, err := docs[engine.Runbook](ctx, r, `SELECT doc FROM runbooks WHERE id > ? ORDER BY id LIMIT ?`, cur.ID, limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(b *engine.Runbook) doc.Cursor { return doc.Cursor{ID: doc.Key(b.ID)} })
	return list, next, nil
}

func (t *tx) PutRunbooks(ctx context.Context, runbooks []engine.Runbook) error {
	for _, r := range runbooks {
		b, err := doc.Encode(doc.Runbook(r))
		if err != nil {
			return fmt.Errorf("runbook %s: %w", r.ID, err)
		}
		if _, err := t.exec(ctx, `
			INSERT INTO runbooks (id, seed, doc) VALUES (?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET seed = excluded.seed, doc = excluded.doc`,
			doc.Key(r.ID), r.Seed, string(b)); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) DeleteRunbook(ctx context.Context, id string) error {
	n, err := t.exec(ctx, `DELETE FROM runbooks WHERE id = ?`, doc.Key(id))
	if err == nil && n == 0 {
		err = engine.NotFoundf("there is no runbook %s", doc.Text(id))
	}
	return err
}
