package sqlite

import (
	"context"
	"database/sql"
	"time"

	"ragoffire/engine"
)

func (r reader) Counts(ctx context.Context) (engine.Counts, error) {
	c := engine.Counts{}
	for _, by := range []struct {
		column string
		m      *map[string]int
	}{
		{"status", &c.ByStatus},
		{"error_type", &c.ByErrorType},
		{"service", &c.ByService},
		{"severity", &c.BySeverity},
	} {
		type count struct {
			key string
			n   int
		}
		list, err := rows(ctx, r, func(r *sql.Rows, v *count) error { return r.Scan(&v.key, &v.n) },
			`SELECT `+by.column+`, count(*) FROM incidents WHERE seed = 0 AND `+by.column+` <> '' GROUP BY 1`)
		if err != nil {
			return engine.Counts{}, err
		}
		*by.m = make(map[string]int, len(list))
		for _, v := range list {
			(*by.m)[v.key] = v.n
		}
	}
	_, err := rows(ctx, r, func(r *sql.Rows, _ *struct{}) error {
		var ack, resolve int64
		err := r.Scan(&c.Acked, &ack, &c.ResolvedN, &resolve, &c.Seeds, &c.OwnFixes, &c.Runbooks, &c.Approved, &c.Rejected)
		c.AckTime, c.ResolveTime = time.Duration(ack)*time.Microsecond, time.Duration(resolve)*time.Microsecond
		return err
	}, `
		SELECT
			count(*) FILTER (WHERE own AND acked_at IS NOT NULL),
			coalesce(sum(acked_at - started_at) FILTER (WHERE own), 0),
			count(*) FILTER (WHERE own AND status = 'resolved' AND resolved_at IS NOT NULL),
			coalesce(sum(resolved_at - started_at) FILTER (WHERE own AND status = 'resolved'), 0),
			count(*) FILTER (WHERE seed = 1),
			count(*) FILTER (WHERE seed = 0 AND fix = 1),
			(SELECT count(*) FROM runbooks WHERE seed = 0),
			(SELECT count(*) FROM reviews AS r JOIN decisions AS d ON d.id = r.decision_id
				WHERE r.undone_at IS NULL AND d.example = 0 AND r.verdict = 'approve'),
			(SELECT count(*) FROM reviews AS r JOIN decisions AS d ON d.id = r.decision_id
				WHERE r.undone_at IS NULL AND d.example = 0 AND r.verdict = 'reject')
		FROM (SELECT *, seed = 0 AND historical = 0 AS own FROM incidents)`)
	return c, err
}
