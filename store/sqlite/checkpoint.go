package sqlite

import (
	"context"
	"sync"
)

// checkpoint is how many pages of log are gathered before a commit itself moves
// them into the file, and waits for the disk twice; the log is begun anew then. It
// has 32 MiB at most.
const checkpoint = "_pragma=wal_autocheckpoint(8000)"

// moveAfter is how many rows are written before the log is moved beside the
// commits, so that hardly anything is left for that one to move.
const moveAfter = 2000

// mover moves the log into the file beside the commits, one at a time.
type mover struct {
	mu    sync.Mutex
	rows  int64 // written since the last time
	busy  bool
	under sync.WaitGroup
}

// wrote says that a commit has written rows, and moves the log where they are many.
func (s *Store) wrote(ctx context.Context, rows int64) {
	m := &s.mover
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows += rows; m.rows < moveAfter || m.busy {
		return
	}
	m.rows, m.busy = 0, true
	m.under.Go(func() {
		// What is not moved now, because somebody still reads what was before, is the
		// next time.
		_, _ = s.reader.ExecContext(context.WithoutCancel(ctx), "PRAGMA wal_checkpoint(PASSIVE)")
		m.mu.Lock()
		defer m.mu.Unlock()
		m.busy = false
	})
}
