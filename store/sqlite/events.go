package sqlite

import (
	"context"
	"database/sql"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (r reader) Events(ctx context.Context, after int64, limit int) ([]engine.Event, error) {
	return rows(ctx, r, func(r *sql.Rows, e *engine.Event) error {
		var at int64
		var data string
		err := r.Scan(&e.Seq, &e.Type, &at, &data)
		e.At, e.Data = time.UnixMicro(at).UTC(), []byte(data)
		return err
	}, `SELECT seq, type, at, data FROM events WHERE seq > ? ORDER BY seq LIMIT ?`, after, doc.Limit(limit, 200))
}

func (r reader) LastSeq(ctx context.Context) (last, first int64, err error) {
	list, err := rows(ctx, r, func(r *sql.Rows, v *[2]int64) error { return r.Scan(&v[0], &v[1]) }, `
		SELECT coalesce((SELECT seq FROM events ORDER BY seq DESC LIMIT 1), 0),
			coalesce((SELECT seq FROM events ORDER BY seq LIMIT 1), 0)`)
	if err != nil {
		return 0, 0, err
	}
	return list[0][0], list[0][1], nil
}

func (t *tx) Emit(_ context.Context, events ...engine.Event) error {
	t.events = append(t.events, events...)
	return nil
}

// flushEvents writes the events. There is one writer, so the order of their
// numbers is that of the commits.
func (t *tx) flushEvents(ctx context.Context) error {
	rows := make([][]any, len(t.events))
	for n := range t.events {
		e := &t.events[n]
		data, err := t.written.Data(e)
		if err != nil {
			return err
		}
		rows[n] = []any{doc.Key(string(e.Type)), micros(e.At), string(data)}
	}
	return t.insertMany(ctx, `INSERT INTO events (type, at, data) VALUES `, `(?, ?, ?)`, ``, rows)
}

// tidyBatch is how many rows of a kind one call of Tidy drops: few enough for
// the writer to be free again soon.
const tidyBatch = 2000

// Tidy keeps the last event, whatever its age, so that numbers go on from it.
func (t *tx) Tidy(ctx context.Context, events, envelopes time.Time) error {
	if _, err := t.exec(ctx, `
		DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE seq < min(
			coalesce((SELECT seq FROM events WHERE at >= ?1 ORDER BY seq LIMIT 1), 9223372036854775807),
			(SELECT seq FROM events ORDER BY seq DESC LIMIT 1)) ORDER BY seq LIMIT ?2)`,
		micros(events), tidyBatch); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `
		DELETE FROM envelopes WHERE id IN (
			SELECT id FROM envelopes WHERE done = 1 AND received_at < ? ORDER BY received_at LIMIT ?)`,
		micros(envelopes), tidyBatch); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE at < ? ORDER BY at LIMIT ?)`,
		micros(events), tidyBatch); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `DELETE FROM silences WHERE until < ?`, micros(events)); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `DELETE FROM troubles WHERE at < ?`, micros(events)); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `DELETE FROM sessions WHERE expires_at < ?`, micros(envelopes)); err != nil {
		return err
	}
	_, err := t.exec(ctx, `DELETE FROM holds WHERE until < ?`, micros(envelopes))
	return err
}
