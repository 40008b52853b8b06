package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// follower is a browser whose replica dies under it: it goes on at another one,
// after the last event it has.
type follower struct {
	f    *fleet
	stop chan struct{}
	wg   sync.WaitGroup

	mu      sync.Mutex
	seqs    []int64
	resumed int
	odd     []string // what must not come: resets, and anything that is no event
}

func (f *fleet) read(t testing.TB) *follower {
	r := &follower{f: f, stop: make(chan struct{})}
	r.wg.Go(r.run)
	t.Cleanup(r.end)
	return r
}

// end stops reading.
func (r *follower) end() {
	select {
	case <-r.stop:
	default:
		close(r.stop)
	}
	r.wg.Wait()
}

func (r *follower) run() {
	for n := 0; ; n++ {
		select {
		case <-r.stop:
			return
		case <-time.After(time.Duration(min(n, 1)) * 20 * time.Millisecond):
		}
		r.once()
	}
}

func (r *follower) once() {
	url := fmt.Sprintf("ws%s/ws/incidents?after=%d", strings.TrimPrefix(r.f.any().url, "http"), r.last())
	conn, _, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		return // it is dead; try another
	}
	ended := make(chan struct{})
	defer close(ended)
	r.wg.Go(func() {
		select {
		case <-r.stop:
		case <-ended:
		}
		_ = conn.Close()
	})
	r.mu.Lock()
	r.resumed++
	r.mu.Unlock()
	for {
		_, msg, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var ev struct {
			Seq  int64
			Type string
			Data struct{ What string }
		}
		err = json.Unmarshal(msg, &ev)
		r.mu.Lock()
		if err != nil || ev.Seq == 0 || ev.Data.What == "reset" {
			r.odd = append(r.odd, string(msg))
		} else {
			r.seqs = append(r.seqs, ev.Seq)
		}
		r.mu.Unlock()
	}
}

func (r *follower) last() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seqs) == 0 {
		return 0
	}
	return r.seqs[len(r.seqs)-1]
}

// saw checks that the reader got just the events of the store, in their order.
func (r *follower) saw(t testing.TB, all []int64) {
	t.Helper()
	wait(t, 20*time.Second, "the reader to have the last event", func() bool { return r.last() >= all[len(all)-1] })
	r.end()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.odd) > 0 {
		t.Errorf("the reader also got %q", r.odd)
	}
	for n, seq := range r.seqs {
		if n >= len(all) || seq != all[n] {
			t.Fatalf("event %d of %d is seq %d; the store has %v", n, len(r.seqs), seq, all[max(0, n-2):min(len(all), n+3)])
		}
	}
	if len(r.seqs) != len(all) {
		t.Errorf("the reader has %d events; the store %d", len(r.seqs), len(all))
	}
}
