package postgres

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"ragoffire/store/queue"
	"ragoffire/store/storetest/pgtest"
)

// A row that says that it runs here and is not under way is taken up: River got
// it and never heard so, or its end was not stored.
func TestAdoptTakesUpWhatIsSaidToRunHereAndDoesNot(t *testing.T) {
	var pg pgtest.Server
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	s, err := Open(t.Context(), pg.Database(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	l := ledger{s}
	for _, id := range []string{"me", "other"} {
		if err := l.Adopt(t.Context(), id, nil); err != nil {
			t.Fatal(err)
		}
	}
	put := func(name, by, ago string) (id int64) {
		id, err := row(t.Context(), s.pool, func(r pgx.Rows, v *int64) error { return r.Scan(v) }, `
			INSERT INTO river_job (args, kind, max_attempts, queue, state, attempted_at, attempted_by, unique_key, unique_states)
			VALUES (jsonb_build_object('subject', $1::text), $2, 1000, 'k', 'running', now() - $3::interval, array[$4::text], $1::text::bytea, $5::int::bit(8))
			RETURNING id`, name, queue.RiverKind, ago, by, queue.UniqueStates)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	under := put("under way", "me", "1 hour")
	put("just begun", "me", "1 second")
	put("another's", "other", "1 hour")
	put("stray", "me", "1 hour")
	put("a dead one's", "dead", "1 second")
	if err := l.Adopt(t.Context(), "me", []int64{under}); err != nil {
		t.Fatal(err)
	}
	got, err := rows(t.Context(), s.pool, func(r pgx.Rows, v *string) error { return r.Scan(v) },
		`SELECT args->>'subject' FROM river_job WHERE state = 'available' ORDER BY 1`)
	if err != nil || !slices.Equal(got, []string{"a dead one's", "stray"}) {
		t.Errorf("taken up: %q, %v", got, err)
	}
}
