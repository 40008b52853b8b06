package sqlite

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// step notices that the system's clock was set back: the jobs that wait are due by
// it, and would wait for as much longer.
type step struct {
	mu   sync.Mutex
	wall time.Time
	mono time.Duration
}

// least is what is no step: clocks are trimmed all the time.
const least = 2 * time.Second

// back returns by how much the clock was set back since the last call. Mono is a
// time that nobody sets.
func (s *step) back(wall time.Time, mono time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, passed := s.wall, mono-s.mono
	s.wall, s.mono = wall.Round(0), mono
	if by := passed - s.wall.Sub(was); !was.IsZero() && by > least {
		return by
	}
	return 0
}

// follow makes the jobs that wait due by the clock as it is now, and lets Slack's windows
// open by it.
func (s *Store) follow(ctx context.Context, by time.Duration) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.exec(ctx, `UPDATE holds SET until = until - ?1 WHERE until > ?2`, by.Microseconds(), micros(time.Now())); err != nil {
			return err
		}
		_, err := t.exec(ctx, `
			UPDATE river_job SET scheduled_at = strftime('%Y-%m-%d %H:%M:%f', scheduled_at, ?)
			WHERE state = 'available' AND scheduled_at > datetime('now', 'subsec')`, fmt.Sprintf("-%f seconds", by.Seconds()))
		return err
	})
}
