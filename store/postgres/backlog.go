package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Backlog goes by the database's clock, as the jobs do.
func (s *Store) Backlog(ctx context.Context) (time.Duration, error) {
	seconds, err := row(ctx, s.pool, func(r pgx.Rows, v *float64) error { return r.Scan(v) }, `
		SELECT greatest(coalesce(extract(epoch FROM clock_timestamp() - min(scheduled_at)), 0), 0)::float8
		FROM river_job WHERE state = 'available'`)
	return time.Duration(seconds * float64(time.Second)), err
}
