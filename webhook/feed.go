package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// feeds are the open WebSockets.
type feeds struct {
	max      int64
	upgrader websocket.Upgrader
	frames   frames
	clients  atomic.Int64
	dropped  atomic.Int64
	wg       sync.WaitGroup

	mu       sync.Mutex
	open     map[*watcher]struct{}
	stopping bool
}

// newFeeds takes browsers' pages of their own host, and of the one that people
// reach us by: a proxy may have changed the header.
func newFeeds(maxClients int, public string) *feeds {
	f := &feeds{max: int64(maxClients), open: make(map[*watcher]struct{})}
	f.upgrader.ReadBufferSize, f.upgrader.WriteBufferSize = 1<<10, 1<<10
	f.upgrader.WriteBufferPool = &sync.Pool{}
	f.upgrader.CheckOrigin = func(r *http.Request) bool {
		origin := r.Header.Get("Origin")
		u, err := url.Parse(origin)
		return origin == "" || err == nil && u.Host != "" && (strings.EqualFold(u.Host, r.Host) || strings.EqualFold(u.Host, public))
	}
	return f
}

// stop ends all feeds; wait waits until they have ended.
func (f *feeds) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopping = true
	for w := range f.open {
		w.goAway()
	}
}

func (f *feeds) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { f.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("feeds did not end in time")
	}
}

// enter takes a client in; leave is called when it has gone.
func (f *feeds) enter(w *watcher) (leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open[w] = struct{}{}
	if f.stopping {
		w.goAway()
	}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.open, w)
	}
}

// feed serves GET /ws/incidents?after=SEQ: the events after SEQ, or from now
// on, each once and in order.
func (s *Server) feed(c echo.Context) error {
	after := int64(-1)
	if q := c.QueryParam("after"); q != "" {
		n, err := strconv.ParseInt(q, 10, 64)
		if err != nil || n < 0 {
			return engine.Invalidf("after", "after: %q is not a sequence number", q)
		}
		after = n
	}
	f := s.feeds
	f.wg.Add(1)
	done := func() { f.clients.Add(-1); f.wg.Done() }
	if f.clients.Add(1) > f.max {
		done()
		return &engine.Error{Kind: engine.Unavailable, Text: "too many feeds are open; try again later"}
	}
	up := f.upgrader
	var refused error
	up.Error = func(_ http.ResponseWriter, _ *http.Request, status int, reason error) {
		why := strings.TrimPrefix(reason.Error(), "websocket: ")
		if status == http.StatusForbidden {
			why = "a page of another site may not follow this; where people reach it by another address, set ROF_PUBLIC_URL to that"
		}
		refused = newProblem(status, why)
	}
	conn, err := up.Upgrade(c.Response(), c.Request(), nil)
	if err != nil {
		done()
		return refused // nil where the connection itself broke: nobody is left to tell
	}
	who := whoIs(c.Request().Context())
	// The request is over, and what it took is free: its buffers and its
	// goroutine's deep stack.
	go func() {
		defer done()
		defer s.survive("a feed broke")
		s.watch(conn, who, after)
	}()
	return nil
}

// watch serves a client of the feed to its end.
func (s *Server) watch(conn *websocket.Conn, who identity, after int64) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	w := &watcher{conn: conn, line: conn.NetConn(), frames: &s.feeds.frames, stop: stop}
	defer s.feeds.enter(w)()
	defer s.door.sessions.sit(who.session, w)()
	if !who.expires.IsZero() {
		defer time.AfterFunc(time.Until(who.expires), w.sessionOver).Stop()
	}
	if w.serve(ctx, s.cfg.Engine, after) {
		s.feeds.dropped.Add(1)
	}
}

// survive logs a panic of a goroutine that no request waits for.
func (s *Server) survive(what string) {
	if r := recover(); r != nil {
		s.log.Error(what, "error", fmt.Sprintf("panic: %v\n%s", r, debug.Stack()))
	}
}
