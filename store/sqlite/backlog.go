package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// Backlog implements engine.Store.
func (s *Store) Backlog(ctx context.Context) (time.Duration, error) {
	days, err := rows(ctx, s.reads, func(r *sql.Rows, v *float64) error { return r.Scan(v) }, `
		SELECT julianday('now', 'subsec') - julianday(min(scheduled_at)) FROM river_job WHERE state = 'available'
		HAVING min(scheduled_at) IS NOT NULL`)
	return time.Duration(slices.Max(append(days, 0)) * float64(24*time.Hour)), err
}
