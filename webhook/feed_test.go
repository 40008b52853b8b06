package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/engine"
	"ragoffire/webhook"
)

// follow opens a feed. After < 0 means from now on.
func (r *rig) follow(after int64, header http.Header) (*websocket.Conn, *http.Response, error) {
	r.t.Helper()
	url := strings.Replace(r.url, "http", "ws", 1) + "/ws/incidents"
	if after >= 0 {
		url += fmt.Sprintf("?after=%d", after)
	}
	conn, resp, err := websocket.DefaultDialer.Dial(url, header)
	if resp != nil {
		check(r.t, resp.Body.Close())
	}
	return conn, resp, err
}

func (r *rig) mustFollow(after int64) *websocket.Conn {
	r.t.Helper()
	h := http.Header{}
	if r.token != "" {
		h.Set("Authorization", "Bearer "+r.token)
	}
	conn, _, err := r.follow(after, h)
	check(r.t, err)
	r.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

type message struct {
	Seq  int64           `json:"seq"`
	Type string          `json:"type"`
	At   time.Time       `json:"at"`
	Data json.RawMessage `json:"data"`
}

// next reads one message within a few seconds.
func next(t testing.TB, conn *websocket.Conn) message {
	t.Helper()
	check(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	var m message
	check(t, conn.ReadJSON(&m))
	return m
}

// until reads up to a Seq and returns those of all messages.
func until(conn *websocket.Conn, last int64) ([]int64, error) {
	var seqs []int64
	for {
		if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			return seqs, err
		}
		var m message
		if err := conn.ReadJSON(&m); err != nil {
			return seqs, err
		}
		seqs = append(seqs, m.Seq)
		if m.Seq >= last {
			return seqs, nil
		}
	}
}

// history is the Seqs that the store holds after one.
func (r *rig) history(after int64) []int64 {
	r.t.Helper()
	var seqs []int64
	for {
		events, err := r.engine.Events(context.Background(), after, 200)
		check(r.t, err)
		if len(events) == 0 {
			return seqs
		}
		for _, ev := range events {
			seqs = append(seqs, ev.Seq)
			after = ev.Seq
		}
	}
}

func TestFeed(t *testing.T) {
	t.Run("gives the objects as REST does", func(t *testing.T) {
		r := start(t, nil).withSeeds()
		before := r.history(0)
		conn := r.mustFollow(before[len(before)-1])
		var posted struct {
			Incident string `json:"incident_id"`
		}
		r.do("POST", "/api/v1/decisions/stream-anomaly", `{"error_type":"database_timeout","spike_percentage":450}`).want(t, 202).decode(t, &posted)
		seen := make(map[string]message)
		for len(seen) < 3 {
			m := next(t, conn)
			seen[m.Type] = m
			if m.Seq == 0 || m.At.IsZero() {
				t.Errorf("message = %+v", m)
			}
		}
		var i engine.Incident
		check(t, json.Unmarshal(seen["incident"].Data, &i))
		if i.ID != posted.Incident {
			t.Errorf("incident = %q, want %q", i.ID, posted.Incident)
		}
		var d struct {
			ID    string  `json:"id"`
			Score float64 `json:"confidence_score"`
			Match string  `json:"matched_incident"`
		}
		check(t, json.Unmarshal(seen["decision"].Data, &d))
		if d.Match != "INC-2025-001" || d.Score < 0.9 || r.do("GET", "/api/v1/decisions/"+d.ID, "").want(t, 200).field(t, "confidence_score") != d.Score {
			t.Errorf("decision = %+v", d)
		}
		if _, ok := seen["anomaly"]; !ok {
			t.Error("no anomaly")
		}
	})

	t.Run("answers a ping with a pong", func(t *testing.T) {
		conn := start(t, nil).mustFollow(-1)
		check(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)))
		if m := next(t, conn); m.Type != "pong" {
			t.Errorf("type = %q", m.Type)
		}
	})

	t.Run("ends for a client that talks too much", func(t *testing.T) {
		conn := start(t, nil).mustFollow(-1)
		check(t, conn.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("x", 5000))))
		if _, _, err := conn.ReadMessage(); err == nil {
			t.Error("still open")
		}
	})

	t.Run("survives nonsense", func(t *testing.T) {
		conn := start(t, nil).mustFollow(-1)
		for _, s := range []string{"", "null", "[", `{"type":7}`, `{"type":"subscribe"}`, "\x00"} {
			check(t, conn.WriteMessage(websocket.TextMessage, []byte(s)))
		}
		check(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)))
		if m := next(t, conn); m.Type != "pong" {
			t.Errorf("type = %q", m.Type)
		}
	})
}

func TestFeedResumesWithoutGapOrRepeat(t *testing.T) {
	r := start(t, nil)
	const writers, each = 3, 30
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": fmt.Sprint(w, "-", n), "service": fmt.Sprint("s", w)}))
			}
		})
	}
	written := make(chan struct{})
	go func() { wg.Wait(); close(written) }()

	// Eight readers, each of which loses its connection again and again.
	var readers sync.WaitGroup
	got := make([][]int64, 8)
	for i := range got {
		readers.Go(func() {
			after := int64(0)
			for {
				conn, _, err := r.follow(after, nil)
				if err != nil {
					t.Errorf("dial: %v", err)
					return
				}
				for n := 0; n < 7+i; n++ {
					wait := 20 * time.Second
					select {
					case <-written:
						wait = 6 * time.Second // an incident that grows is looked at again after three
					default:
					}
					_ = conn.SetReadDeadline(time.Now().Add(wait))
					var m message
					if err := conn.ReadJSON(&m); err != nil {
						_ = conn.Close()
						return // nothing more comes
					}
					got[i] = append(got[i], m.Seq)
					after = m.Seq
				}
				_ = conn.Close()
			}
		})
	}
	readers.Wait()
	<-written
	want := r.history(0)
	if len(want) < writers*each {
		t.Fatalf("only %d events", len(want))
	}
	for i := range got {
		if fmt.Sprint(got[i]) != fmt.Sprint(want) {
			t.Errorf("reader %d has %d events, want %d: gap or repeat", i, len(got[i]), len(want))
		}
	}
}

func TestFeedForManyAtOnce(t *testing.T) {
	r := start(t, nil)
	const readers = 8
	conns := make([]*websocket.Conn, readers)
	for i := range conns {
		conns[i] = r.mustFollow(0)
	}
	for n := range 20 {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n), "service": id(n)})).want(t, 202)
	}
	eventually(t, "20 decisions", func() bool {
		p, err := r.engine.Decisions(context.Background(), engine.DecisionFilter{}, "", 100)
		return err == nil && len(p.Items) == 20
	})
	want := r.history(0)
	var wg sync.WaitGroup
	for i, conn := range conns {
		wg.Go(func() {
			seqs, err := until(conn, want[len(want)-1])
			if err != nil || fmt.Sprint(seqs) != fmt.Sprint(want) {
				t.Errorf("reader %d: %v, %d events, want %d", i, err, len(seqs), len(want))
			}
		})
	}
	wg.Wait()
}

func TestFeedDropsAReaderThatDoesNotRead(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as a write may")
	}
	t.Parallel()
	r := start(t, nil)
	d := websocket.Dialer{NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if tcp, ok := conn.(*net.TCPConn); ok {
			err = errors.Join(err, tcp.SetReadBuffer(4096))
		}
		return conn, err
	}}
	lazy, resp, err := d.Dial(strings.Replace(r.url, "http", "ws", 1)+"/ws/incidents?after=0", nil) // and never reads
	check(t, err)
	check(t, resp.Body.Close())
	defer lazy.Close()
	big := strings.Repeat("words ", 1300)
	for n := range 250 { // several MB, more than any socket holds
		d := engine.Delivery{Source: "generic"}
		for m := range 4 {
			d.Alerts = append(d.Alerts, engine.Alert{Fingerprint: fmt.Sprint(n, "-", m), Title: "t", Description: big, Severity: engine.SeverityLow})
		}
		_, err := r.engine.Ingest(context.Background(), d)
		check(t, err)
	}
	deadline := time.Now().Add(40 * time.Second)
	for !strings.Contains(string(r.do("GET", "/metrics", "").body), "rof_ws_dropped_total 1") {
		if time.Now().After(deadline) {
			t.Fatal("still there")
		}
		time.Sleep(100 * time.Millisecond)
	}
	conn := r.mustFollow(-1)
	check(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)))
	for next(t, conn).Type != "pong" { // among decisions that are still made
	}
}

func TestFeedLetsIn(t *testing.T) {
	t.Run("nobody without the token, before anything is upgraded", func(t *testing.T) {
		r := start(t, locked)
		for _, h := range []http.Header{nil, {"Authorization": {"Bearer wrong"}}, {"Cookie": {"rof_session=AAAA.BBBB"}}} {
			if _, resp, err := r.follow(-1, h); err == nil || resp.StatusCode != 401 {
				t.Errorf("%v: %v, %v", h, resp, err)
			}
		}
		r.mustFollow(-1)
	})

	t.Run("no page of another site", func(t *testing.T) {
		r := start(t, nil)
		for _, origin := range []string{"https://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example"} {
			if _, resp, err := r.follow(-1, http.Header{"Origin": {origin}}); err == nil || resp.StatusCode != 403 {
				t.Errorf("%s: %v, %v", origin, resp, err)
			}
		}
		conn, _, err := r.follow(-1, http.Header{"Origin": {r.url}})
		check(t, err)
		check(t, conn.Close())
	})

	t.Run("no more than fit", func(t *testing.T) {
		r := start(t, func(c *webhook.Config) { c.MaxClients = 2 })
		r.mustFollow(-1)
		second := r.mustFollow(-1)
		_, resp, err := r.follow(-1, nil)
		if err == nil || resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%v, %v", resp, err)
		}
		check(t, second.Close())
		eventually(t, "a place", func() bool {
			conn, _, err := r.follow(-1, nil)
			if err == nil {
				err = conn.Close()
			}
			return err == nil
		})
	})
}

func TestStopping(t *testing.T) {
	r := start(t, nil)
	conn := r.mustFollow(-1)
	began := time.Now()
	go r.stop()
	_, _, err := conn.ReadMessage()
	if e, ok := errors.AsType[*websocket.CloseError](err); !ok || e.Code != websocket.CloseGoingAway {
		t.Errorf("err = %v, want 1001", err)
	}
	r.stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("stopping took %v", took)
	}
}
