package sqlite

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Silence(ctx context.Context, id string) (engine.Silence, error) {
	list, err := docs[engine.Silence](ctx, r, `SELECT doc FROM silences WHERE id = ?`, doc.Key(id))
	return one(list, err, "silence", id)
}

func (r reader) Silences(ctx context.Context, now time.Time) ([]engine.Silence, error) {
	return docs[engine.Silence](ctx, r, `SELECT doc FROM silences WHERE active = 1 AND until > ? ORDER BY until, id LIMIT 1000`, micros(now))
}

func (t *tx) PutSilence(ctx context.Context, s engine.Silence) error {
	b, err := doc.Encode(doc.Silence(s))
	if err != nil {
		return fmt.Errorf("silence %s: %w", s.ID, err)
	}
	_, err = t.exec(ctx, `
		INSERT INTO silences (id, active, until, doc) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET active = excluded.active, until = excluded.until, doc = excluded.doc`,
		doc.Key(s.ID), s.Status == engine.SilenceActive, micros(s.Until), string(b))
	return err
}
