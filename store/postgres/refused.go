package postgres

import (
	"context"
	"sync"
	"time"

	"ragoffire/engine"
)

// refused remembers that the database took nothing in: it is read-only, its disk is
// full, it has no connection left. One that only answers would look healthy.
type refused struct {
	mu   sync.Mutex
	err  error     // of the last write, nil where it was stored
	anew time.Time // when the connections were last given up
}

// anewEvery is how long connections are kept that cannot write: new ones can as soon as
// the database lets them.
const anewEvery = 2 * time.Second

// note keeps what became of a write. A connection that began while the database was
// read-only stays so when that is over.
func (s *Store) note(err error) {
	if err != nil && code(err) == "" && engine.KindOf(err) != engine.Unavailable {
		return // it says nothing about the database
	}
	r := &s.refused
	r.mu.Lock()
	r.err = err
	anew := code(err) == readOnly && time.Since(r.anew) > anewEvery
	if anew {
		r.anew = time.Now()
	}
	r.mu.Unlock()
	if anew {
		s.pool.Reset()
		s.numbers.pool.Reset()
	}
}

// probe writes a little where the last write failed: whoever asks whether the store
// is ready may keep all other writes away until it says so. Where new incidents get no
// number, other writes may well be taken in.
func (s *Store) probe(ctx context.Context) error {
	s.refused.mu.Lock()
	err := s.refused.err
	s.refused.mu.Unlock()
	s.numbers.mu.Lock()
	away := s.numbers.away
	s.numbers.mu.Unlock()
	if err == nil && !away {
		return nil
	}
	if err := s.numbers.pool.Ping(ctx); err != nil {
		return translate(err)
	}
	return s.write(ctx, func(t *tx) error {
		return t.exec(ctx, `INSERT INTO holds (method, channel, until) VALUES ('', '', 0)
			ON CONFLICT (method, channel) DO UPDATE SET until = excluded.until`)
	})
}
