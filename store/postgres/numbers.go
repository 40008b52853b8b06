package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// numbers gives incidents theirs, on a connection of its own, which is opened with
// the first. A number that were given in the transaction of its incident would keep
// all others, at every replica, from having one until that has committed. It need
// not wait for the disk, either: the commit of who uses it does, and PostgreSQL
// keeps nothing without what it wrote before.
//
// Where one asks right after another, some more are brought along for the next, who
// need not ask then. What nobody has used a second later is a hole.
type numbers struct {
	pool *pgxpool.Pool

	mu    sync.Mutex
	year  int
	left  []string // brought along
	asked time.Time
	away  bool // their connection could not be had when it was last wanted
}

const (
	soon       = 50 * time.Millisecond // after another: more will come
	ahead      = 3                     // as many again are brought along
	mostAhead  = 64
	aheadKeeps = time.Second
)

func newNumbers(ctx context.Context, cfg *pgxpool.Config) (*numbers, error) {
	cfg = cfg.Copy()
	cfg.MinConns, cfg.MinIdleConns, cfg.MaxConns = 0, 0, 1
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SET synchronous_commit = off")
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	return &numbers{pool: pool}, err
}

// take returns n numbers of a year, or fewer: some were left, or an import has
// brought incidents that have them.
func (g *numbers) take(ctx context.Context, year, n int) ([]string, error) {
	list, more := g.leftOver(year, n)
	if len(list) > 0 {
		return list, nil
	}
	list, err := g.ask(ctx, year, n+more)
	if err != nil {
		return nil, err
	}
	n = min(n, len(list))
	g.keep(year, list[n:])
	return list[:n:n], nil
}

// leftOver takes from what was brought along; where there is nothing, it says how
// many to bring along.
func (g *numbers) leftOver(year, n int) (list []string, more int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	since := time.Since(g.asked)
	if year != g.year || since > aheadKeeps {
		g.year, g.left = year, nil
	}
	if len(g.left) == 0 {
		g.asked = time.Now()
		if since < soon {
			more = min(ahead*n, mostAhead)
		}
		return nil, more
	}
	n = min(n, len(g.left))
	list, g.left = g.left[:n:n], g.left[n:]
	return list, 0
}

func (g *numbers) keep(year int, list []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if year == g.year {
		g.left = append(g.left, list...)
	}
}

// forget drops what was brought along: some of it is taken.
func (g *numbers) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left = nil
}

// ask gets so many numbers of a year, less those that an import has brought. Each
// is looked up by itself: a join would be planned for a thousand, and read all
// incidents.
func (g *numbers) ask(ctx context.Context, year, n int) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for first := true; ; first = false {
		conn, err := g.pool.Acquire(ctx)
		g.mu.Lock()
		g.away = err != nil
		g.mu.Unlock()
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

// NumberIncidents gives numbers at once, whatever becomes of the transaction.
func (t *tx) NumberIncidents(ctx context.Context, year, n int) ([]string, error) {
	var ids []string
	for len(ids) < n {
		list, err := t.s.numbers.take(ctx, year, n-len(ids))
		if err != nil {
			return nil, ended(ctx, err)
		}
		ids = append(ids, list...)
	}
	for _, id := range ids {
		t.numbered[id] = true
	}
	return ids, nil
}
