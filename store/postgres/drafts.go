package postgres

import (
	"context"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Draft(ctx context.Context, id string) (engine.ThreadDraft, error) {
	list, err := docs[engine.ThreadDraft](ctx, r.db, `SELECT doc FROM drafts WHERE id = $1`, doc.Key(id))
	return one(list, err, "draft", id)
}

func (t *tx) Draft(ctx context.Context, id string) (engine.ThreadDraft, error) {
	list, err := docs[engine.ThreadDraft](ctx, t.db, `SELECT doc FROM drafts WHERE id = $1 FOR UPDATE`, doc.Key(id))
	return one(list, err, "draft", id)
}

func (r reader) Drafts(ctx context.Context, status engine.DraftStatus, after string, limit int) ([]engine.ThreadDraft, string, error) {
	cur, err := doc.ParseCursor(after)
	if err != nil {
		return nil, "", err
	}
	limit = doc.Limit(limit, 50)
	list, err := docs[engine.ThreadDraft](ctx, r.db, `
		SELECT doc FROM drafts WHERE status = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`, string(status), cur.ID, limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := doc.Page(list, limit, func(d *engine.ThreadDraft) doc.Cursor { return doc.Cursor{ID: doc.Key(d.ID)} })
	return list, next, nil
}

func (t *tx) PutDrafts(ctx context.Context, drafts []engine.ThreadDraft) error {
	var ids, status, list []string
	for _, d := range lastOf(drafts, func(d *engine.ThreadDraft) string { return d.ID }) {
		b, err := doc.Encode(doc.Draft(d))
		if err != nil {
			return fmt.Errorf("draft %s: %w", d.ID, err)
		}
		ids, status, list = append(ids, doc.Key(d.ID)), append(status, string(d.Status)), append(list, string(b))
	}
	if len(ids) == 0 {
		return nil
	}
	return t.exec(ctx, `
		INSERT INTO drafts (id, status, doc) SELECT id, status, doc::json
		FROM unnest($1::text[], $2::text[], $3::text[]) AS u (id, status, doc)
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, doc = excluded.doc`, ids, status, list)
}
