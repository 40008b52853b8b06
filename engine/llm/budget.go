package llm

import (
	"sync"
	"time"
)

// budget is how many tokens may be used in any hour: a bucket that fills evenly
// and holds an hour's worth. What a call may cost is taken before it is made, so
// that calls at the same time don't spend the same tokens.
type budget struct {
	hourly float64

	mu   sync.Mutex
	left float64
	at   time.Time
}

func newBudget(hourly int) *budget { return &budget{hourly: float64(hourly), left: float64(hourly)} }

// take reserves n tokens, or none and reports false.
func (b *budget) take(now time.Time, n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.at.IsZero() && now.After(b.at) {
		b.left = min(b.hourly, b.left+now.Sub(b.at).Hours()*b.hourly)
	}
	b.at = now
	if float64(n) > b.left {
		return false
	}
	b.left -= float64(n)
	return true
}

// settle puts a reservation right once it is known what the call has cost.
func (b *budget) settle(reserved, used int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.hourly, b.left+float64(reserved-used))
}
