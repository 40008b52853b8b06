package kafka

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// State is how the consumer is, for people.
type State struct {
	State  string // connecting, consuming, waiting or failed
	Detail string
}

// State says how the consumer is.
func (c *Consumer) State() State { return c.watch.now() }

// watch follows how the consumer is, and logs each turn once: brokers that are
// away are tried many times a minute.
type watch struct {
	log *slog.Logger

	mu     sync.Mutex
	state  State
	joined bool
}

func (w *watch) now() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state.State == "" {
		return State{State: "connecting"}
	}
	return w.state
}

// turn changes the state and reports whether it is another.
func (w *watch) turn(s State) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	other := w.state.State != s.State
	w.state = s
	return other
}

func (w *watch) well() {
	w.mu.Lock()
	w.joined = true
	w.mu.Unlock()
	if w.turn(State{State: "consuming"}) {
		w.log.Info("consuming")
	}
}

func (w *watch) hasJoined() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.joined
}

// waiting says that the store is away, or refuses.
func (w *watch) waiting(err error) {
	if w.turn(State{State: "waiting", Detail: "what was read cannot be stored; it is read again"}) {
		w.log.Warn("records cannot be stored yet", "error", err)
	}
}

func (w *watch) failed(detail string, err error) {
	if w.turn(State{State: "failed", Detail: detail}) {
		w.log.Warn("not consuming", "error", err)
	}
}

// OnBrokerConnect is called by the client for each attempt to connect.
func (w *watch) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	if err != nil {
		w.failed("a broker is out of reach; the log says which", err)
		return
	}
	w.mu.Lock()
	back, joined := w.state.State == "failed", w.joined
	w.mu.Unlock()
	switch {
	case back && joined:
		w.well()
	case back:
		w.turn(State{State: "connecting"})
	}
}

// OnGroupManageError is called by the client where the group puts us out.
func (w *watch) OnGroupManageError(err error) {
	if errors.Is(err, context.Canceled) {
		return // we leave
	}
	w.mu.Lock()
	w.joined = false
	w.mu.Unlock()
	w.failed("the group refuses us; the log says why", err)
}
