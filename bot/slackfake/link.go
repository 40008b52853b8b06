package slackfake

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/websocket"
)

// maxSockets an app may have open: docs.slack.dev/apis/events-api/using-socket-mode.
const maxSockets = 10

// hub is the app's sockets and what is on its way over them.
type hub struct {
	sockets map[int]*socket
	nextID  int
	pending map[string]*pending // by envelope
	last    *envelope
	off     bool // Socket Mode has been switched off
	cutNext int  // this many deliveries more cut their socket
}

func newHub() hub {
	return hub{sockets: map[int]*socket{}, pending: map[string]*pending{}}
}

// all sockets, oldest first: choices among them must not depend on the order
// of a map.
func (h *hub) all() []*socket {
	out := make([]*socket, 0, len(h.sockets))
	for _, k := range h.sockets {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b *socket) int { return cmp.Compare(a.id, b.id) })
	return out
}

func (h *hub) list() []Socket {
	var out []Socket
	for _, k := range h.all() {
		out = append(out, Socket{ID: k.id, State: k.state, Opened: k.opened})
	}
	return out
}

// live are the sockets that may get an envelope.
func (h *hub) live() []*socket {
	return slices.DeleteFunc(h.all(), func(k *socket) bool { return k.state != stateLive && k.state != stateWarned })
}

// serveLink turns a ticket into a socket and serves it until it closes.
func (s *Slack) serveLink(w http.ResponseWriter, r *http.Request) {
	if !s.punch(r.URL.Query().Get("ticket")) {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	// Clients send the origin of Slack's own API.
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		s.log.Debug("upgrade refused", "err", err)
		return
	}
	k, refused := s.admit(conn)
	if refused != "" {
		_ = k.send(s.disconnect(refused))
		k.close()
		return
	}
	defer s.dismiss(k)
	connected := s.cfg.Timing.Connection
	if r.URL.Query().Get("debug_reconnects") == "true" {
		connected = 6 * time.Minute
	}
	if k.send(s.hello(connected)) != nil {
		return
	}
	s.do(func(st *state) {
		k.state = stateLive
		st.record.opened++
	})
	s.spawn(func() { k.ping(s.cfg.Timing.Ping) })
	if connected > 0 {
		s.spawn(func() { s.expire(k, connected) })
	}
	for {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			return
		}
		s.acknowledge(k, frame)
	}
}

// punch uses a ticket up.
func (s *Slack) punch(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok := s.st.grants.tickets[ticket]
	delete(s.st.grants.tickets, ticket)
	return ok && s.cfg.Now().Before(until)
}

// admit makes a socket of a connection, or says why not.
func (s *Slack) admit(conn *websocket.Conn) (k *socket, refused string) {
	k = &socket{
		conn: conn, opened: s.cfg.Now(), timeout: s.cfg.Timing.WriteTimeout,
		state: stateOpening, gone: make(chan struct{}),
	}
	s.do(func(st *state) {
		h := &st.hub
		switch {
		case h.off:
			refused = "link_disabled"
		case len(h.sockets) >= maxSockets:
			refused = "too_many_websockets"
		case s.life.closing:
			refused = "refresh_requested"
		default:
			h.nextID++
			k.id = h.nextID
			h.sockets[k.id] = k
		}
	})
	return k, refused
}

func (s *Slack) dismiss(k *socket) {
	_ = k.conn.Close()
	close(k.gone)
	s.do(func(st *state) { delete(st.hub.sockets, k.id) })
}

func (s *Slack) hello(connected time.Duration) map[string]any {
	s.mu.Lock()
	n := len(s.st.hub.sockets)
	s.mu.Unlock()
	debug := debugInfo()
	debug["started"] = s.cfg.Now().UTC().Format("2006-01-02 15:04:05.000")
	debug["build_number"] = 1
	debug["approximate_connection_time"] = int(cmp.Or(connected, 5*time.Hour).Seconds())
	return map[string]any{
		"type": "hello", "num_connections": n, "debug_info": debug,
		"connection_info": map[string]any{"app_id": s.cfg.App.ID},
	}
}

func (s *Slack) disconnect(reason string) map[string]any {
	return map[string]any{"type": "disconnect", "reason": reason, "debug_info": debugInfo()}
}

func debugInfo() map[string]any { return map[string]any{"host": "applink-slackfake"} }
