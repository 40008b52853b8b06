package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

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
		m := map[string]int{}
		if _, err := rows(ctx, r.db, func(r pgx.Rows, _ *struct{}) error {
			var key string
			var n int
			err := r.Scan(&key, &n)
			m[key] = n
			return err
		}, `SELECT `+by.column+`, count(*) FROM incidents WHERE NOT seed AND `+by.column+` <> '' GROUP BY 1`); err != nil {
			return engine.Counts{}, err
		}
		*by.m = m
	}
	_, err := row(ctx, r.db, func(r pgx.Rows, _ *struct{}) error {
		var ack, resolve int64
		err := r.Scan(&c.Acked, &ack, &c.ResolvedN, &resolve, &c.Seeds, &c.OwnFixes, &c.Runbooks, &c.Approved, &c.Rejected)
		c.AckTime, c.ResolveTime = time.Duration(ack)*time.Microsecond, time.Duration(resolve)*time.Microsecond
		return err
	}, `
		SELECT
			count(*) FILTER (WHERE own AND acked_at IS NOT NULL),
			coalesce(sum(extract(epoch FROM acked_at - started_at) * 1000000) FILTER (WHERE own), 0)::bigint,
			count(*) FILTER (WHERE own AND status = 'resolved' AND resolved_at IS NOT NULL),
			coalesce(sum(extract(epoch FROM resolved_at - started_at) * 1000000) FILTER (WHERE own AND status = 'resolved'), 0)::bigint,
			count(*) FILTER (WHERE seed),
			count(*) FILTER (WHERE NOT seed AND fix),
			(SELECT count(*) FROM runbooks WHERE NOT seed),
			(SELECT count(*) FROM reviews AS r JOIN decisions AS d ON d.id = r.decision_id
				WHERE r.undone_at IS NULL AND NOT d.example AND r.verdict = 'approve'),
			(SELECT count(*) FROM reviews AS r JOIN decisions AS d ON d.id = r.decision_id
				WHERE r.undone_at IS NULL AND NOT d.example AND r.verdict = 'reject')
		FROM (SELECT *, NOT seed AND NOT historical AS own FROM incidents) AS i`)
	return c, err
}
