package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// newNumbers returns the connection on which numbers are given, which is opened
// with the first. A number that were given in the transaction of its incident would
// keep all others, at every replica, from having one until that has committed. It
// need not wait for the disk, either: the commit of who uses it does, and
// PostgreSQL keeps nothing without what it wrote before.
func newNumbers(ctx context.Context, cfg *pgxpool.Config) (*pgxpool.Pool, error) {
	cfg = cfg.Copy()
	cfg.MinConns, cfg.MinIdleConns, cfg.MaxConns = 0, 0, 1
	cfg.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	return pgxpool.NewWithConfig(ctx, cfg)
}

// NumberIncidents gives numbers at once, whatever becomes of the transaction.
func (t *tx) NumberIncidents(ctx context.Context, year, n int) ([]string, error) {
	var ids []string
	for len(ids) < n {
		fresh, err := t.s.number(ctx, year, n-len(ids))
		if err != nil {
			return nil, ended(ctx, err)
		}
		ids = append(ids, fresh...)
	}
	return ids, nil
}

// number gives so many numbers of a year, less those that an import has brought.
// Each is looked up by itself: a join would be planned for a thousand, and read all
// incidents.
func (s *Store) number(ctx context.Context, year, n int) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for first := true; ; first = false {
		conn, err := s.numbers.Acquire(ctx)
		if err != nil {
			return nil, translate(err)
		}
		ids, err := rows(ctx, conn, func(r pgx.Rows, v *string) error { return r.Scan(v) }, `
			WITH given AS (
				INSERT INTO numbers (year, last) VALUES ($1, $2)
				ON CONFLICT (year) DO UPDATE SET last = numbers.last + $2 RETURNING last),
			ids AS (
				SELECT n, 'INC-' || $1::int || '-' || lpad(n::text, greatest(4, length(n::text)), '0') AS id
				FROM given, generate_series(last - $2 + 1, last) AS n)
			SELECT id FROM ids WHERE (SELECT true FROM incidents AS i WHERE i.id = ids.id) IS NULL ORDER BY n`, year, n)
		dead := conn.Conn().IsClosed()
		conn.Release()
		if err == nil || !dead || !first {
			return ids, err
		}
		// The server has been away; what it may have given before is a hole.
	}
}
