package llm

import (
	"sync"
	"time"
)

const (
	tripAfter = 5                // failures in a row
	restFor   = 30 * time.Second // before the endpoint is probed again
)

// breaker keeps calls from an endpoint that keeps failing: after tripAfter
// failures in a row it lets nothing through for restFor, then one call to see.
type breaker struct {
	mu       sync.Mutex
	failures int
	until    time.Time // closed to calls before
	probing  bool
}

// allow reports whether a call may be made; whoever may make one reports how it
// went with done.
func (b *breaker) allow(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < tripAfter {
		return true
	}
	if b.probing || now.Before(b.until) {
		return false
	}
	b.probing = true
	return true
}

func (b *breaker) done(now time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
	if ok {
		b.failures = 0
		return
	}
	b.failures++
	b.until = now.Add(restFor)
}

// gaveUp is done for a call that was broken off from here: it says nothing of
// the endpoint.
func (b *breaker) gaveUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
}
