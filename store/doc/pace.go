package doc

import (
	"time"

	"ragoffire/engine"
)

// Bucket is a channel's token bucket as it is stored, in microseconds: one
// number, the moment from which it is full again, says how many tokens it has.
type Bucket struct {
	Now    int64
	FullAt int64 // 0: it never gave a token
	Held   int64 // the windows that a hold closed open here, 0 where none is closed
}

// Take takes a token and returns when the bucket is full then, or takes none
// and returns how long to wait.
func (b Bucket) Take(p engine.Pace) (fullAt int64, wait time.Duration) {
	every := p.Every.Microseconds()
	size := int64(max(p.Burst, 1)) * every
	// A replica whose clock is ahead may have left a time far from ours. A bucket
	// is never emptier than empty.
	fullAt = min(max(b.FullAt, b.Now), b.Now+size) + every
	micros := max(fullAt-size-b.Now, b.Held-b.Now, 0)
	return fullAt, time.Duration(micros) * time.Microsecond
}
