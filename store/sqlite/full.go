package sqlite

import (
	"context"
	"sync"
	"time"

	lib "modernc.org/sqlite/lib"

	"ragoffire/engine"
)

// full remembers that the file cannot be written: its disk is full, or fails. A
// store that only reads would look healthy.
type full struct {
	mu   sync.Mutex
	err  error     // of the last write, nil where it was written
	said time.Time // when the log last had it

	asked bool // whether it can be written
}

// sayAgain is how long the log is spared of a disk on which some writes still fit.
const sayAgain = time.Minute

// note keeps what became of a write, and says once that the file cannot be
// written, and once that it can again.
func (s *Store) note(ctx context.Context, err error) {
	k := code(err)
	refused := k == lib.SQLITE_FULL || k == lib.SQLITE_IOERR || k == lib.SQLITE_READONLY
	if err != nil && !refused {
		return // it says nothing about the disk
	}
	s.full.mu.Lock()
	defer s.full.mu.Unlock()
	was := s.full.err
	s.full.err = err
	if k == lib.SQLITE_FULL || err == nil && was != nil {
		s.wrote(ctx, moveAfter) // the log may be what fills the disk, and begins anew once it is moved
	}
	switch {
	case refused && was == nil && time.Since(s.full.said) > sayAgain:
		s.full.said = time.Now()
		s.log.ErrorContext(ctx, "the store cannot be written, and nothing is taken in until it can: make room on its disk",
			"component", "store", "path", s.path, "error", err)
	case !refused && was != nil:
		s.log.InfoContext(ctx, "the store can be written again", "component", "store", "path", s.path)
	}
}

// probe writes a little.
const probe = `INSERT INTO holds (method, channel, until) VALUES ('', '', 0)
	ON CONFLICT (method, channel) DO UPDATE SET until = excluded.until`

// probed tries a write where the last write failed, and the first time: whoever asks
// whether the store is ready may keep all other writes away until it says so.
func (s *Store) probed(ctx context.Context) error {
	s.full.mu.Lock()
	last, asked := s.full.err, s.full.asked
	s.full.mu.Unlock()
	if last == nil && asked {
		return nil
	}
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(ctx, probe)
		return err
	})
	if code(err) == lib.SQLITE_READONLY {
		return &engine.Error{Kind: engine.Unavailable, Text: s.path + ", or its folder, cannot be written", Err: err}
	}
	s.full.mu.Lock()
	s.full.asked = true
	s.full.mu.Unlock()
	if last == nil {
		return nil // one that is busy is written later
	}
	return err
}
