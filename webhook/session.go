package webhook

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"ragoffire/engine"
)

const (
	// sessionLife is how long a browser stays signed in.
	sessionLife = 12 * time.Hour
	// sessionLook is how often is looked whether the sessions of open feeds are over.
	sessionLook = 2 * time.Second
)

// sessions are those of browsers. What a browser holds is random and says
// nothing: who it is stands in the store, where every replica finds it, under a
// hash.
type sessions struct {
	engine *engine.Engine
	now    func() time.Time

	mu    sync.Mutex
	seats map[string]map[*watcher]struct{} // the feeds that are open for a session
}

func newSessions(e *engine.Engine, now func() time.Time) *sessions {
	return &sessions{engine: e, now: now, seats: make(map[string]map[*watcher]struct{})}
}

func sessionID(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

// begin keeps a session and returns what the browser is given for it. The one
// that the browser had is over.
func (s *sessions) begin(ctx context.Context, who engine.Session, before string) (value string, err error) {
	value = rand.Text()
	who.ID, who.CreatedAt = sessionID(value), s.now()
	who.ExpiresAt = who.CreatedAt.Add(sessionLife)
	var instead []string
	if before != "" {
		instead = []string{sessionID(before)}
	}
	if err := s.engine.SignIn(ctx, who, instead...); err != nil {
		return "", err
	}
	s.empty(instead...)
	return value, nil
}

// of returns the session of what a browser holds, where it is not over.
func (s *sessions) of(ctx context.Context, value string) (engine.Session, bool, error) {
	list, err := s.engine.Sessions(ctx, sessionID(value))
	if err != nil || len(list) == 0 || !s.now().Before(list[0].ExpiresAt) {
		return engine.Session{}, false, err
	}
	return list[0], true, nil
}

// end ends the session of what a browser holds.
func (s *sessions) end(ctx context.Context, value string) error {
	if err := s.engine.SignOut(ctx, sessionID(value)); err != nil {
		return err
	}
	s.empty(sessionID(value))
	return nil
}

// sit lets a feed end with its session, until leave is called.
func (s *sessions) sit(id string, w *watcher) (leave func()) {
	if id == "" { // the token's
		return func() {}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seats[id] == nil {
		s.seats[id] = make(map[*watcher]struct{})
	}
	s.seats[id][w] = struct{}{}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.seats[id], w)
		if len(s.seats[id]) == 0 {
			delete(s.seats, id)
		}
	}
}

// empty ends the feeds of sessions that are over.
func (s *sessions) empty(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		for w := range s.seats[id] {
			w.sessionOver()
		}
	}
}

// run looks which of the sessions that feeds are open for somebody has ended, on
// this replica or another, until ctx ends.
func (s *sessions) run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(sessionLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			log.DebugContext(ctx, "sessions could not be read", "error", err)
		}
	}
}

func (s *sessions) look(ctx context.Context) error {
	s.mu.Lock()
	ids := slices.Collect(maps.Keys(s.seats))
	s.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	list, err := s.engine.Sessions(ctx, ids...)
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(list))
	for n := range list {
		there[list[n].ID] = true
	}
	s.empty(slices.DeleteFunc(ids, func(id string) bool { return there[id] })...)
	return nil
}
