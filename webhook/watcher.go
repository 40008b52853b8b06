package webhook

import (
	"context"
	"encoding/json"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/engine"
)

// What a feed's client may take: it only ever says ping.
const (
	feedReadLimit = 4 << 10
	feedWrite     = 10 * time.Second // at the least, and at most twice as long
	feedPing      = 30 * time.Second
	feedSilence   = 75 * time.Second // two pings unanswered
	feedGoodbye   = time.Second
)

// watcher is one client of the feed. One goroutine reads; the other waits for
// events and for the end, and for nothing else: with thousands of clients that is
// most of what an event costs beside the writing.
type watcher struct {
	conn   *websocket.Conn // reads
	line   net.Conn        // is written to, in whole frames
	frames *frames
	stop   context.CancelFunc
	why    atomic.Pointer[closing]
	beat   atomic.Pointer[time.Timer]

	mu     sync.Mutex
	until  time.Time // when a write has failed
	closed bool      // a close is sent, after which nothing may be
}

// closing is what a feed is closed with.
type closing struct {
	code int
	text string
}

// end ends the feed, with the first code that anybody gives.
func (w *watcher) end(code int, text string) {
	w.why.CompareAndSwap(nil, &closing{code, text})
	w.stop()
}

// sessionOver ends the feed of somebody who is signed in no longer.
func (w *watcher) sessionOver() {
	w.end(websocket.ClosePolicyViolation, "the session is over; sign in again")
}

func (w *watcher) goAway() {
	w.end(websocket.CloseGoingAway, "the server stops; resume after the last seq")
}

// serve is the client's life, until ctx ends. It reports whether the client was
// dropped: it did not take what was written, or could not be served on.
func (w *watcher) serve(ctx context.Context, e *engine.Engine, after int64) (dropped bool) {
	// A write that hangs is not waited for.
	hasty := context.AfterFunc(ctx, func() { _ = w.line.SetWriteDeadline(time.Now().Add(feedGoodbye)) })
	defer hasty()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		w.read()
		w.stop()
	}()
	w.beat.Store(time.AfterFunc(feedPing, w.ping))
	err := w.write(ctx, e, after)
	w.beat.Load().Stop()
	if err == nil {
		w.goodbye(gone)
	}
	dropped = ctx.Err() == nil || w.code() == websocket.CloseTryAgainLater
	w.stop()
	_ = w.conn.Close() // it may be gone already
	<-gone
	return dropped
}

func (w *watcher) code() int {
	if why := w.why.Load(); why != nil {
		return why.code
	}
	return 0
}

// write sends events until something ends the feed. An error is the line's.
func (w *watcher) write(ctx context.Context, e *engine.Engine, after int64) error {
	sub, err := e.Subscribe(ctx, after)
	for err == nil {
		var events []engine.Event
		var more <-chan struct{}
		if events, more, err = sub.Next(ctx); err != nil {
			break
		}
		for n := range events {
			frame, err := w.frames.of(&events[n])
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return nil
			}
			if err := w.put(frame); err != nil {
				return err
			}
		}
		if more == nil {
			continue
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
	if ctx.Err() == nil { // the reader was too slow, or the store is away
		w.end(websocket.CloseTryAgainLater, "resume after the last seq")
	}
	return nil
}

// put writes a frame. The deadline is moved now and then, not each time.
func (w *watcher) put(frame []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return net.ErrClosed
	}
	w.closed = frame[0]&0xf == websocket.CloseMessage
	if now := time.Now(); w.until.Sub(now) < feedWrite {
		w.until = now.Add(2 * feedWrite)
		if err := w.line.SetWriteDeadline(w.until); err != nil {
			return err
		}
	}
	_, err := w.line.Write(frame)
	return err
}

// ping asks whether the client is there, again and again. Who does not answer is
// found by the reader.
func (w *watcher) ping() {
	if w.put(wire(websocket.PingMessage, nil)) == nil {
		w.beat.Load().Reset(feedPing)
	}
}

// goodbye closes with a code, where there is one, and lets the client answer
// before the connection goes, or it may lose the code.
func (w *watcher) goodbye(gone <-chan struct{}) {
	why := w.why.Load()
	if why == nil {
		return
	}
	if w.put(wire(websocket.CloseMessage, websocket.FormatCloseMessage(why.code, why.text))) != nil {
		return
	}
	select {
	case <-gone:
	case <-time.After(feedGoodbye):
	}
}

// read hears the client's pings, and when it goes.
func (w *watcher) read() {
	w.conn.SetReadLimit(feedReadLimit)
	alive := func(string) error { return w.conn.SetReadDeadline(time.Now().Add(feedSilence)) }
	w.conn.SetPongHandler(alive)
	w.conn.SetPingHandler(func(text string) error { return w.put(wire(websocket.PongMessage, []byte(text))) })
	w.conn.SetCloseHandler(func(code int, _ string) error {
		return w.put(wire(websocket.CloseMessage, websocket.FormatCloseMessage(code, "")))
	})
	for alive("") == nil {
		_, msg, err := w.conn.ReadMessage()
		if err != nil {
			return
		}
		var m struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(msg, &m) != nil || m.Type != "ping" {
			continue
		}
		if w.put(wire(websocket.TextMessage, []byte(`{"type":"pong"}`))) != nil {
			return
		}
	}
}
