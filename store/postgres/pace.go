package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// TakePace locks the channel's bucket first, so that a hold which another
// replica commits meanwhile is seen.
func (t *tx) TakePace(ctx context.Context, method, channel string, p engine.Pace, now time.Time) (time.Duration, error) {
	number := func(r pgx.Rows, v *int64) error { return r.Scan(v) }
	full, err := row(ctx, t.db, number, `INSERT INTO pace (channel, full_at) VALUES ($1, 0)
		ON CONFLICT (channel) DO UPDATE SET full_at = pace.full_at RETURNING full_at`, doc.Key(channel))
	if err != nil {
		return 0, err
	}
	held, err := row(ctx, t.db, number, `SELECT coalesce(max(until), 0) FROM holds WHERE method = $1 AND channel IN ('', $2)`,
		doc.Key(method), doc.Key(channel))
	if err != nil {
		return 0, err
	}
	next, wait := doc.Bucket{Now: doc.Time(now).UnixMicro(), FullAt: full, Held: held}.Take(p)
	if wait > 0 {
		return wait, nil
	}
	return 0, t.exec(ctx, `UPDATE pace SET full_at = $2 WHERE channel = $1`, doc.Key(channel), next)
}

func (t *tx) HoldPace(ctx context.Context, method, channel string, until time.Time) error {
	return t.exec(ctx, `INSERT INTO holds (method, channel, until) VALUES ($1, $2, $3)
		ON CONFLICT (method, channel) DO UPDATE SET until = greatest(holds.until, excluded.until)`,
		doc.Key(method), doc.Key(channel), doc.Time(until).UnixMicro())
}
