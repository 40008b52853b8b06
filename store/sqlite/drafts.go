package sqlite

import (
	"context"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Draft(ctx context.Context, id string) (engine.ThreadDraft, error) {
	list, err := docs[engine.ThreadDraft](ctx, r, `SELECT doc FROM drafts WHERE id = ?`, doc.Key(id))
	return one(list, err, "draft", id)
}

func (r reader) Drafts(ctx context.Context, status engine.DraftStatus, after string, limit int) ([]engine.ThreadDraft, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	list, err := docs[engine.ThreadDraft](ctx, r, `
		SELECT doc FROM drafts WHERE status = ?1 AND (?2 = '' OR id < ?2) ORDER BY id DESC LIMIT ?3`, string(status), cur.ID, limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(d *engine.ThreadDraft) doc.Cursor { return doc.Cursor{ID: doc.Key(d.ID)} })
	return list, next, nil
}

func (t *tx) PutDrafts(ctx context.Context, drafts []engine.ThreadDraft) error {
	for _, d := range drafts {
		b, err := doc.Encode(doc.Draft(d))
		if err != nil {
			return fmt.Errorf("draft %s: %w", d.ID, err)
		}
		if _, err := t.exec(ctx, `
			INSERT INTO drafts (id, status, doc) VALUES (?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET status = excluded.status, doc = excluded.doc`,
			doc.Key(d.ID), string(d.Status), string(b)); err != nil {
			return err
		}
	}
	return nil
}
