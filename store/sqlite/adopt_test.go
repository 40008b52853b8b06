package sqlite

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"ragoffire/store/queue"
)

// At its start a process takes up all that is said to run; later, what it does
// not have under way.
func TestAdoptTakesUpWhatIsSaidToRunAndDoesNot(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "rof.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := func(id int64, ago string) {
		if _, err := s.writer.ExecContext(t.Context(), `
			INSERT INTO river_job (id, args, kind, max_attempts, queue, state, attempted_at, attempted_by)
			VALUES (?, '{}', ?, 1000, 'k', 'running', datetime('now', 'subsec', ?), '["me"]')`, id, queue.RiverKind, ago); err != nil {
			t.Fatal(err)
		}
	}
	const underWay, justBegun, stray = 1, 2, 3
	put(underWay, "-1 hour")
	put(justBegun, "-1 second")
	put(stray, "-1 hour")
	for _, c := range []struct {
		under, want []int64
	}{
		{[]int64{underWay}, []int64{stray}},
		{nil, []int64{underWay, justBegun, stray}},
	} {
		if err := (ledger{s}).Adopt(t.Context(), "me", c.under); err != nil {
			t.Fatal(err)
		}
		got, err := rows(t.Context(), s.reads, func(r *sql.Rows, v *int64) error { return r.Scan(v) },
			`SELECT id FROM river_job WHERE state = 'available' ORDER BY id`)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("with %v under way, taken up: %v, %v", c.under, got, err)
		}
	}
}
