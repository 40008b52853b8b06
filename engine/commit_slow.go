package engine

import "time"

// slow is what a group's commit takes where the store has more to do than it can:
// here, or at other replicas, whose senders this one does not see wait. Then it is
// as with a crowd: what can wait leaves the store to the alerts.
const slow = 40 * time.Millisecond

// timed says that a commit begins; over is to be called when it has ended.
func (c *committer) timed() (over func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.began = time.Now()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if time.Since(c.began) > slow {
			c.crowd = time.Now()
		}
		c.began = time.Time{}
	}
}

// crowdAt is when there last was a crowd. Its caller holds the lock.
func (c *committer) crowdAt() time.Time {
	if !c.began.IsZero() && time.Since(c.began) > slow {
		return time.Now()
	}
	return c.crowd
}
