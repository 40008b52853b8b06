package slackfake

import (
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The states of a socket. Slack sends envelopes to live and warned ones.
const (
	stateOpening = "opening"
	stateLive    = "live"
	stateWarned  = "warned"
	stateLeaving = "leaving"
)

// socket is one Socket Mode connection.
type socket struct {
	id      int
	conn    *websocket.Conn
	opened  time.Time
	timeout time.Duration
	state   string        // guarded by Slack.mu
	gone    chan struct{} // closed once nothing is read from it any more
	// sending are the envelopes that were meant for it while it was live: they
	// are written before it is told to go.
	sending sync.WaitGroup

	writing sync.Mutex // gorilla takes one writer at a time
}

// send writes one frame.
func (k *socket) send(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding a frame: %w", err)
	}
	return k.sendRaw(raw)
}

func (k *socket) sendRaw(raw []byte) error {
	k.writing.Lock()
	defer k.writing.Unlock()
	if err := k.conn.SetWriteDeadline(time.Now().Add(k.timeout)); err != nil {
		return fmt.Errorf("socket %d: %w", k.id, err)
	}
	if err := k.conn.WriteMessage(websocket.TextMessage, raw); err != nil {
		return fmt.Errorf("socket %d: %w", k.id, err)
	}
	return nil
}

// ping sends WebSocket pings until the socket is gone: clients that see none
// reconnect.
func (k *socket) ping(every time.Duration) {
	if every <= 0 {
		<-k.gone
		return
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			deadline := time.Now().Add(k.timeout)
			if k.conn.WriteControl(websocket.PingMessage, []byte("Ping from slackfake"), deadline) != nil {
				return
			}
		case <-k.gone:
			return
		}
	}
}

// close says goodbye and closes the connection.
func (k *socket) close() {
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = k.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(k.timeout))
	_ = k.conn.Close()
}

// cut drops the connection the way a network does: no goodbye, and nothing
// that is still under way arrives.
func (k *socket) cut() {
	if tcp, ok := k.conn.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = k.conn.Close()
}
