package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

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
	stopping chan struct{}
	stopOnce sync.Once
	wg       sync.WaitGroup
}

// newFeeds takes browsers' pages of their own host, and of the one that people
// reach us by: a proxy may have changed the header.
func newFeeds(maxClients int, public string) *feeds {
	f := &feeds{max: int64(maxClients), stopping: make(chan struct{})}
	f.upgrader.ReadBufferSize, f.upgrader.WriteBufferSize = 1<<10, 4<<10
	f.upgrader.WriteBufferPool = &sync.Pool{}
	f.upgrader.CheckOrigin = func(r *http.Request) bool {
		origin := r.Header.Get("Origin")
		u, err := url.Parse(origin)
		return origin == "" || err == nil && u.Host != "" && (strings.EqualFold(u.Host, r.Host) || strings.EqualFold(u.Host, public))
	}
	return f
}

// stop ends all feeds; wait waits until they have ended.
func (f *feeds) stop() { f.stopOnce.Do(func() { close(f.stopping) }) }

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
	defer f.wg.Done()
	defer f.clients.Add(-1)
	if f.clients.Add(1) > f.max {
		return &engine.Error{Kind: engine.Unavailable, Text: "too many feeds are open; try again later"}
	}
	up := f.upgrader
	var refused error
	up.Error = func(_ http.ResponseWriter, _ *http.Request, status int, reason error) {
		refused = newProblem(status, strings.TrimPrefix(reason.Error(), "websocket: "))
	}
	conn, err := up.Upgrade(c.Response(), c.Request(), nil)
	if err != nil {
		return refused // nil where the connection itself broke: nobody is left to tell
	}
	who := whoIs(c.Request().Context())
	over, leave := s.door.sessions.sit(who.session)
	defer leave()
	w := &watcher{feeds: f, conn: conn, pings: make(chan struct{}, 1), over: over, expires: who.expires}
	w.serve(c.Request().Context(), s.cfg.Engine, after)
	return nil
}

// frames keeps the latest events as they go over the wire, so that each is
// marshalled once and not once per client.
type frames struct {
	mu   sync.Mutex
	ring [256]struct {
		seq   int64
		frame *websocket.PreparedMessage
	}
}

func (f *frames) of(ev engine.Event) (*websocket.PreparedMessage, error) {
	slot := &f.ring[uint64(ev.Seq)%uint64(len(f.ring))]
	f.mu.Lock()
	defer f.mu.Unlock()
	if slot.frame != nil && slot.seq == ev.Seq {
		return slot.frame, nil
	}
	body, err := json.Marshal(ev)
	if err != nil {
		return nil, err
	}
	frame, err := websocket.NewPreparedMessage(websocket.TextMessage, body)
	if err != nil {
		return nil, err
	}
	if ev.Type == engine.EventSystem { // a reset borrows the seq of another event
		return frame, nil
	}
	slot.seq, slot.frame = ev.Seq, frame
	return frame, nil
}
