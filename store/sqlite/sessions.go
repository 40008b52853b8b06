package sqlite

import (
	"context"
	"fmt"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Sessions(ctx context.Context, ids []string) ([]engine.Session, error) {
	list, err := texts(doc.Keys(ids))
	if err != nil {
		return nil, err
	}
	return docs[engine.Session](ctx, r, `SELECT doc FROM sessions WHERE id IN (SELECT value FROM json_each(?))`, list)
}

func (t *tx) PutSession(ctx context.Context, s engine.Session) error {
	body, err := doc.Encode(doc.Session(s))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	_, err = t.exec(ctx, `
		INSERT INTO sessions (id, name, expires_at, doc) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, expires_at = excluded.expires_at, doc = excluded.doc`,
		doc.Key(s.ID), doc.Key(s.Name), micros(s.ExpiresAt), string(body))
	return err
}

func (t *tx) EndSessions(ctx context.Context, ids []string) error {
	list, err := texts(doc.Keys(ids))
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM sessions WHERE id IN (SELECT value FROM json_each(?))`, list)
	return err
}

func (t *tx) EndSessionsOf(ctx context.Context, name string) (int, error) {
	n, err := t.exec(ctx, `DELETE FROM sessions WHERE name = ?`, doc.Key(name))
	return int(n), err
}
