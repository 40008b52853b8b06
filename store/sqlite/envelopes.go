package sqlite

import (
	"context"
	"database/sql"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Envelope(ctx context.Context, id string) (engine.Envelope, error) {
	list, err := rows(ctx, r, func(r *sql.Rows, e *engine.Envelope) error {
		var at int64
		err := r.Scan(&e.Kind, (*[]byte)(&e.Payload), &at)
		e.ID = doc.Text(id)
		e.ReceivedAt = time.UnixMicro(at).UTC()
		return err
	}, `SELECT kind, payload, received_at FROM envelopes WHERE id = ? AND done = 0`, doc.Key(id))
	return one(list, err, "open envelope", id)
}

func (t *tx) PutEnvelope(ctx context.Context, e engine.Envelope) (fresh bool, err error) {
	n, err := t.exec(ctx, `
		INSERT INTO envelopes (id, kind, payload, received_at, done) VALUES (?, ?, ?, ?, 0) ON CONFLICT (id) DO NOTHING`,
		doc.Key(e.ID), doc.Key(e.Kind), doc.JSON(e.Payload), micros(e.ReceivedAt))
	return n > 0, err
}

func (t *tx) DoneEnvelope(ctx context.Context, id string) error {
	n, err := t.exec(ctx, `UPDATE envelopes SET done = 1, payload = NULL WHERE id = ?`, doc.Key(id))
	if err == nil && n == 0 {
		err = engine.NotFoundf("there is no envelope %s", doc.Text(id))
	}
	return err
}
