package postgres

import (
	"context"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Silence(ctx context.Context, id string) (engine.Silence, error) {
	list, err := docs[engine.Silence](ctx, r.db, `SELECT doc FROM silences WHERE id = $1`, doc.Key(id))
	return one(list, err, "silence", id)
}

func (t *tx) Silence(ctx context.Context, id string) (engine.Silence, error) {
	list, err := docs[engine.Silence](ctx, t.db, `SELECT doc FROM silences WHERE id = $1 FOR UPDATE`, doc.Key(id))
	return one(list, err, "silence", id)
}

func (r reader) Silences(ctx context.Context, now time.Time) ([]engine.Silence, error) {
	return docs[engine.Silence](ctx, r.db, silencesSQL, doc.Time(now))
}

const silencesSQL = `SELECT doc FROM silences WHERE active AND until > $1 ORDER BY until, id LIMIT 1000`

func (t *tx) PutSilence(ctx context.Context, s engine.Silence) error {
	b, err := doc.Encode(doc.Silence(s))
	if err != nil {
		return fmt.Errorf("silence %s: %w", s.ID, err)
	}
	return t.exec(ctx, `
		INSERT INTO silences (id, active, until, doc) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET active = excluded.active, until = excluded.until, doc = excluded.doc`,
		doc.Key(s.ID), s.Status == engine.SilenceActive, doc.Time(s.Until), b)
}
