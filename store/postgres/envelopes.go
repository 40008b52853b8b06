package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Envelope(ctx context.Context, id string) (engine.Envelope, error) {
	list, err := rows(ctx, r.db, func(r pgx.Rows, e *engine.Envelope) error {
		err := r.Scan(&e.Kind, (*[]byte)(&e.Payload), &e.ReceivedAt)
		e.ID, e.ReceivedAt = doc.Text(id), e.ReceivedAt.UTC()
		return err
	}, `SELECT kind, payload, received_at FROM envelopes WHERE id = $1 AND NOT done`, doc.Key(id))
	return one(list, err, "open envelope", id)
}

func (t *tx) PutEnvelope(ctx context.Context, e engine.Envelope) (fresh bool, err error) {
	n, err := t.count(ctx, `
		INSERT INTO envelopes (id, kind, payload, received_at, done) VALUES ($1, $2, $3, $4, false) ON CONFLICT (id) DO NOTHING`,
		doc.Key(e.ID), doc.Key(e.Kind), doc.JSON(e.Payload), doc.Time(e.ReceivedAt))
	return n > 0, err
}

func (t *tx) DoneEnvelope(ctx context.Context, id string) error {
	n, err := t.count(ctx, `UPDATE envelopes SET done = true, payload = NULL WHERE id = $1`, doc.Key(id))
	if err == nil && n == 0 {
		err = engine.NotFoundf("there is no envelope %s", doc.Text(id))
	}
	return err
}
