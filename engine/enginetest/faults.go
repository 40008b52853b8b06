package enginetest

import (
	"context"
	"sync"

	"ragoffire/engine"
)

// Faults counts calls, and spoils one of them.
type Faults struct {
	nth int // which one; 0 for none

	mu     sync.Mutex
	calls  int
	spoilt string
}

// Spoil returns faults that spoil the nth call, 0 for none.
func Spoil(nth int) *Faults { return &Faults{nth: nth} }

// Spoilt names the call that was spoilt; "" where the flow ended before it.
func (f *Faults) Spoilt() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.spoilt
}

// Calls is how many calls there were.
func (f *Faults) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// strikes counts a call, and reports whether it is the one.
func (f *Faults) strikes(ctx context.Context, call string) bool {
	if f == nil || ctx.Value(counted{}) == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.calls != f.nth {
		return false
	}
	f.spoilt = call
	return true
}

// pass is strikes as an error: what a store says that is out of reach.
func (f *Faults) pass(ctx context.Context, call string) error {
	if f.strikes(ctx, call) {
		return &engine.Error{Kind: engine.Unavailable, Text: "the store is out of reach: " + call}
	}
	return nil
}

type counted struct{}

// Counted marks what a flow does. What an engine does by itself beside it, such
// as to follow the events, would come at another place each time.
func Counted(ctx context.Context) context.Context { return context.WithValue(ctx, counted{}, true) }
