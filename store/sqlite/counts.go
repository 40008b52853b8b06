package sqlite

import (
	"context"
	"database/sql"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// Counts looks through the incidents once: what is counted by each of four
// columns is added up from the counts of their combinations, which are few.
func (r reader) Counts(ctx context.Context) (engine.Counts, error) {
	t := doc.NewTally()
	if _, err := rows(ctx, r, func(r *sql.Rows, _ *struct{}) error {
		var g doc.Group
		var ack, resolve int64
		err := r.Scan(&g.Seed, &g.Status, &g.ErrorType, &g.Service, &g.Severity, &g.N, &g.Fixes, &g.Acked, &ack, &g.Resolved, &resolve)
		g.AckTime, g.ResolveTime = time.Duration(ack)*time.Microsecond, time.Duration(resolve)*time.Microsecond
		t.Add(g)
		return err
	}, `
		SELECT seed, status, error_type, service, severity, count(*), sum(fix),
			count(acked_at) FILTER (WHERE historical = 0),
			coalesce(sum(max(0, acked_at - started_at)) FILTER (WHERE historical = 0), 0),
			count(resolved_at) FILTER (WHERE historical = 0 AND status = 'resolved'),
			coalesce(sum(max(0, resolved_at - started_at)) FILTER (WHERE historical = 0 AND status = 'resolved'), 0)
		FROM incidents GROUP BY 1, 2, 3, 4, 5`); err != nil {
		return engine.Counts{}, err
	}
	_, err := rows(ctx, r, func(r *sql.Rows, _ *struct{}) error {
		return r.Scan(&t.Runbooks, &t.Approved, &t.Rejected)
	}, `
		SELECT (SELECT count(*) FROM runbooks WHERE seed = 0),
			count(*) FILTER (WHERE r.verdict = 'approve'), count(*) FILTER (WHERE r.verdict = 'reject')
		FROM reviews AS r JOIN decisions AS d ON d.id = r.decision_id WHERE r.undone_at IS NULL AND d.example = 0`)
	return t.Counts, err
}
