package postgres

import (
	"context"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Sessions(ctx context.Context, ids []string) ([]engine.Session, error) {
	return docs[engine.Session](ctx, r.db, `SELECT doc FROM sessions WHERE id = ANY($1)`, doc.Keys(ids))
}

func (t *tx) PutSession(ctx context.Context, s engine.Session) error {
	body, err := doc.Encode(doc.Session(s))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return t.exec(ctx, `
		INSERT INTO sessions (id, name, expires_at, doc) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, expires_at = excluded.expires_at, doc = excluded.doc`,
		doc.Key(s.ID), doc.Key(s.Name), doc.Time(s.ExpiresAt), body)
}

func (t *tx) EndSessions(ctx context.Context, ids []string) error {
	return t.exec(ctx, `DELETE FROM sessions WHERE id = ANY($1)`, doc.Keys(ids))
}

func (t *tx) EndSessionsOf(ctx context.Context, name string) (int, error) {
	n, err := t.count(ctx, `DELETE FROM sessions WHERE name = $1`, doc.Key(name))
	return int(n), err
}
