package webhook

import (
	"sync"
	"time"
)

// hushFor is how long the log is spared of a thing that happens at every request:
// while the store is away, senders come again and again.
const hushFor = time.Minute

// hush lets the first of each route through, then one each minute, with how many
// were not said. Routes are templates, so there are only so many.
type hush struct {
	mu     sync.Mutex
	routes map[string]lastSaid
}

type lastSaid struct {
	at      time.Time
	skipped int
}

func (h *hush) say(route string, now time.Time) (ok bool, skipped int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.routes == nil {
		h.routes = make(map[string]lastSaid)
	}
	last := h.routes[route]
	if d := now.Sub(last.at); d >= 0 && d < hushFor {
		last.skipped++
		h.routes[route] = last
		return false, 0
	}
	h.routes[route] = lastSaid{at: now}
	return true, last.skipped
}
