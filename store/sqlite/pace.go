package sqlite

import (
	"context"
	"database/sql"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

func (t *tx) TakePace(ctx context.Context, method, channel string, p engine.Pace, now time.Time) (time.Duration, error) {
	number := func(r *sql.Rows, v *sql.NullInt64) error { return r.Scan(v) }
	held, err := rows(ctx, t, number, `SELECT max(until) FROM holds WHERE method = ? AND channel IN ('', ?)`,
		doc.Key(method), doc.Key(channel))
	if err != nil {
		return 0, err
	}
	full, err := rows(ctx, t, number, `SELECT full_at FROM pace WHERE channel = ?`, doc.Key(channel))
	if err != nil {
		return 0, err
	}
	b := doc.Bucket{Now: micros(now), Held: held[0].Int64}
	if len(full) > 0 {
		b.FullAt = full[0].Int64
	}
	next, wait := b.Take(p)
	if wait > 0 {
		return wait, nil
	}
	_, err = t.exec(ctx, `INSERT INTO pace (channel, full_at) VALUES (?, ?)
		ON CONFLICT (channel) DO UPDATE SET full_at = excluded.full_at`, doc.Key(channel), next)
	return 0, err
}

func (t *tx) HoldPace(ctx context.Context, method, channel string, until time.Time) error {
	_, err := t.exec(ctx, `INSERT INTO holds (method, channel, until) VALUES (?, ?, ?)
		ON CONFLICT (method, channel) DO UPDATE SET until = max(until, excluded.until)`,
		doc.Key(method), doc.Key(channel), micros(until))
	return err
}
