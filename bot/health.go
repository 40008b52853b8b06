package bot

import (
	"sync"
	"time"
)

// Health is how the connections to Slack are.
type Health struct {
	Sockets int       // open ones, of two
	Since   time.Time // of the last change between none and some
	Error   string    // the last failure, while no socket is open
}

// Health tells how the connections are.
func (b *Bot) Health() Health { return b.links.health() }

// connections counts what is open.
type connections struct {
	count func(string)
	now   func() time.Time

	mu    sync.Mutex
	up    [2]bool
	since time.Time
	err   string
}

func (c *connections) open(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count(CountConnections)
	if !c.up[0] && !c.up[1] {
		c.since, c.err = c.now(), ""
	}
	c.up[n] = true
}

func (c *connections) close(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.up[0] || c.up[1]
	c.up[n] = false
	if was && !c.up[0] && !c.up[1] {
		c.since = c.now()
	}
}

func (c *connections) fail(err error) {
	if err == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = quiet(err).Error()
}

func (c *connections) health() Health {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := Health{Since: c.since}
	for _, up := range c.up {
		if up {
			h.Sockets++
		}
	}
	if h.Sockets == 0 {
		h.Error = c.err
	}
	return h
}
