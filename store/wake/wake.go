// Package wake spreads the word that something was committed. Values coalesce:
// who is woken looks for himself what happened.
package wake

import (
	"context"
	"sync"
	"time"
)

// Hub wakes its listeners. Its zero value is ready.
type Hub struct {
	mu        sync.Mutex
	listeners map[chan struct{}]struct{}
}

// Wake wakes every listener. It never blocks.
func (h *Hub) Wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.listeners {
		Signal(c)
	}
}

// Listen returns a channel that receives a value after each Wake, and a
// function that ends this.
func (h *Hub) Listen() (c chan struct{}, end func()) {
	c = make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners == nil {
		h.listeners = map[chan struct{}]struct{}{}
	}
	h.listeners[c] = struct{}{}
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, c)
	}
}

// Signal puts a value into a channel of size one, unless one waits there.
func Signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Watch returns a channel that receives a value after each Wake, and when last,
// looked at every so often, gives another number than before: that is how the
// commits of other processes are noticed. It is closed when ctx ends.
func (h *Hub) Watch(ctx context.Context, every time.Duration, last func(context.Context) (int64, error)) <-chan struct{} {
	out := make(chan struct{}, 1)
	woken, end := h.Listen()
	go func() {
		defer close(out)
		defer end()
		tick := time.NewTicker(every)
		defer tick.Stop()
		seen := int64(-1) // so the first look wakes: it cannot know what came before it
		for {
			select {
			case <-ctx.Done():
				return
			case <-woken:
				Signal(out)
			case <-tick.C:
				if n, err := last(ctx); err == nil && n != seen {
					seen = n
					Signal(out)
				}
			}
		}
	}()
	return out
}
