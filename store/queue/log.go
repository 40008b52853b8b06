package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// quiet is the log that River gets: warnings and worse, each message once in a
// while. Of a database that is away it tells for each queue, each second.
type quiet struct {
	slog.Handler
	told *told
}

type told struct {
	mu sync.Mutex
	at map[string]time.Time
}

const onceIn = 30 * time.Second

func newQuiet(h slog.Handler) *slog.Logger {
	return slog.New(quiet{h, &told{at: map[string]time.Time{}}})
}

func (h quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

func (h quiet) Handle(ctx context.Context, r slog.Record) error {
	h.told.mu.Lock()
	last, ok := h.told.at[r.Message]
	again := ok && r.Time.Sub(last) < onceIn
	if !again {
		h.told.at[r.Message] = r.Time
	}
	h.told.mu.Unlock()
	if again {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{h.Handler.WithAttrs(a), h.told} }

func (h quiet) WithGroup(name string) slog.Handler { return quiet{h.Handler.WithGroup(name), h.told} }
