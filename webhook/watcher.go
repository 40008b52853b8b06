package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/engine"
)

// What a feed's client may take: it only ever says ping.
const (
	feedReadLimit = 4 << 10
	feedWrite     = 10 * time.Second
	feedPing      = 30 * time.Second
	feedSilence   = 75 * time.Second // two pings unanswered
)

const sessionOver = "the session is over; sign in again"

// watcher is one client of the feed. One goroutine reads, one writes.
type watcher struct {
	feeds *feeds
	conn  *websocket.Conn
	pings chan struct{} // the client's, waiting for their pong

	over    <-chan struct{} // closed when somebody ends its session
	expires time.Time       // when that ends by itself; zero for a token
}

func (w *watcher) serve(ctx context.Context, e *engine.Engine, after int64) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { w.read(); cancel() })
	sub := e.Subscribe(ctx, after)
	code, text := w.write(ctx, sub)
	if code != 0 {
		deadline := time.Now().Add(time.Second)
		if err := w.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, text), deadline); err == nil && ctx.Err() == nil {
			// Let the client answer before the connection goes, or it may lose the code.
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
	cancel()
	_ = w.conn.Close() // it may be gone already
	wg.Wait()
	for range sub.Events() { // until the engine has let go of it, too
	}
}

// write sends events and answers pings until something ends the feed, and
// returns the code to close it with, 0 for none.
func (w *watcher) write(ctx context.Context, sub *engine.Subscription) (code int, text string) {
	ping := time.NewTicker(feedPing)
	defer ping.Stop()
	var expired <-chan time.Time
	if !w.expires.IsZero() {
		t := time.NewTimer(time.Until(w.expires))
		defer t.Stop()
		expired = t.C
	}
	for {
		var err error
		select {
		case ev, ok := <-sub.Events():
			if !ok {
				return w.ended(ctx, sub)
			}
			err = w.send(ev)
		case <-w.pings:
			err = w.conn.SetWriteDeadline(time.Now().Add(feedWrite))
			err = errors.Join(err, w.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"pong"}`)))
		case <-ping.C:
			err = w.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(feedWrite))
		case <-expired:
			return websocket.ClosePolicyViolation, sessionOver
		case <-w.over:
			return websocket.ClosePolicyViolation, sessionOver
		case <-w.feeds.stopping:
			return websocket.CloseGoingAway, "the server stops; resume after the last seq"
		case <-ctx.Done():
			return 0, ""
		}
		if err != nil {
			if ctx.Err() == nil {
				w.feeds.dropped.Add(1)
			}
			return 0, ""
		}
	}
}

func (w *watcher) ended(ctx context.Context, sub *engine.Subscription) (code int, text string) {
	if sub.Err() == nil || ctx.Err() != nil {
		return websocket.CloseNormalClosure, ""
	}
	w.feeds.dropped.Add(1)
	return websocket.CloseTryAgainLater, "resume after the last seq"
}

func (w *watcher) send(ev engine.Event) error {
	frame, err := w.feeds.frames.of(ev)
	if err != nil {
		return err
	}
	if err := w.conn.SetWriteDeadline(time.Now().Add(feedWrite)); err != nil {
		return err
	}
	return w.conn.WritePreparedMessage(frame)
}

// read hears the client's pings, and when it goes.
func (w *watcher) read() {
	w.conn.SetReadLimit(feedReadLimit)
	alive := func(string) error { return w.conn.SetReadDeadline(time.Now().Add(feedSilence)) }
	w.conn.SetPongHandler(alive)
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
		select {
		case w.pings <- struct{}{}:
		default: // a pong is due already
		}
	}
}
