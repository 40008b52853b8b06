package webhook

import (
	"sync"
	"time"
)

// hushFor is how long the log is spared of a thing that happens at every request:
// while the store is away, senders come again and again.
const hushFor = time.Minute

// hush lets the first through, then one each minute, with how many were not said.
type hush struct {
	mu      sync.Mutex
	at      time.Time
	skipped int
}

func (h *hush) say(now time.Time) (ok bool, skipped int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d := now.Sub(h.at); d >= 0 && d < hushFor {
		h.skipped++
		return false, 0
	}
	skipped, h.skipped, h.at = h.skipped, 0, now
	return true, skipped
}
