package slackfake_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/bot/slackfake"
)

func TestATicketOpensOneSocket(t *testing.T) {
	c := newClock()
	s := start(t, slackfake.Config{Now: c.Now})
	open := func() string {
		out, _ := send(t, s.URL()+"apps.connections.open", "application/json", "", s.AppToken())
		return out["url"].(string)
	}
	try := func(to string) int {
		conn, resp, err := websocket.DefaultDialer.DialContext(within(t), to, http.Header{"Origin": {"https://api.slack.com"}})
		if resp == nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if err == nil {
			_ = conn.Close()
		}
		return resp.StatusCode
	}
	ticket := open()
	if got := try(ticket); got != http.StatusSwitchingProtocols {
		t.Errorf("first use: %d", got)
	}
	if got := try(ticket); got != http.StatusForbidden {
		t.Errorf("second use: %d", got)
	}
	late := open()
	c.Advance(31 * time.Second)
	if got := try(late); got != http.StatusForbidden {
		t.Errorf("after its time: %d", got)
	}
	if got := try(strings.Replace(open(), "ticket=", "ticket=x", 1)); got != http.StatusForbidden {
		t.Errorf("made up: %d", got)
	}
}

func TestSocketModeTakesOnlyTheAppToken(t *testing.T) {
	s := start(t, slackfake.Config{})
	for _, c := range []struct{ method, token, want string }{
		{"apps.connections.open", s.BotToken(), "not_allowed_token_type"},
		{"apps.connections.open", "xapp-wrong", "invalid_auth"},
		{"apps.connections.open", "", "not_authed"},
		{"auth.test", s.AppToken(), "not_allowed_token_type"},
		{"auth.test", "xoxb-wrong", "invalid_auth"},
		{"auth.test", "", "not_authed"},
		{"auth.nothing", s.BotToken(), "unknown_method"},
	} {
		if out, _ := send(t, s.URL()+c.method, "application/json", "", c.token); out["error"] != c.want {
			t.Errorf("%s with %q: %v, want %s", c.method, c.token, out, c.want)
		}
	}
	if out, _ := send(t, s.URL()+"auth.test", "application/json", `{"token":"`+s.BotToken()+`"}`, ""); out["error"] != "not_authed" {
		t.Errorf("a token in a JSON body: %v", out)
	}
}

func TestHelloCountsConnections(t *testing.T) {
	s := start(t, slackfake.Config{})
	first := dial(t, s).read("hello")
	second := dial(t, s).read("hello")
	if first["num_connections"] != 1.0 || second["num_connections"] != 2.0 {
		t.Errorf("num_connections = %v, then %v", first["num_connections"], second["num_connections"])
	}
	if first["connection_info"].(map[string]any)["app_id"] != s.App().ID {
		t.Errorf("hello = %v", first)
	}
	if debug := first["debug_info"].(map[string]any); debug["approximate_connection_time"] != 18000.0 || debug["host"] == "" {
		t.Errorf("debug_info = %v", debug)
	}
}

func TestSlackPingsAndAnswersPings(t *testing.T) {
	s := start(t, slackfake.Config{Timing: slackfake.Timing{Ping: 5 * time.Millisecond}})
	w := dial(t, s)
	pinged, ponged := make(chan string, 100), make(chan string, 1)
	w.SetPingHandler(func(data string) error { pinged <- data; return nil })
	w.SetPongHandler(func(data string) error { ponged <- data; return nil })
	w.read("hello")
	if err := w.WriteControl(websocket.PingMessage, []byte("hi"), time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _, _, _ = w.ReadMessage() }()
	if got := <-ponged; got != "hi" {
		t.Errorf("pong = %q", got)
	}
	<-pinged
	<-pinged
	_ = w.Close()
	<-done
}

func TestTheEleventhSocketIsRefused(t *testing.T) {
	s := start(t, slackfake.Config{})
	for range 10 {
		dial(t, s).read("hello")
	}
	if got := dial(t, s).read("disconnect"); got["reason"] != "too_many_websockets" {
		t.Errorf("disconnect = %v", got)
	}
	wait(t, s, "ten live sockets", func(p *slackfake.Snapshot) bool { return p.Live() == 10 })
}

func TestEnvelopesAreSpreadOverLiveSockets(t *testing.T) {
	s := start(t, slackfake.Config{})
	wires := []*wire{dial(t, s), dial(t, s), dial(t, s)}
	wait(t, s, "three sockets", func(p *slackfake.Snapshot) bool { return p.Live() == 3 })
	for range 30 {
		if _, err := s.Mention(alice, channel, "", "hi"); err != nil {
			t.Fatal(err)
		}
	}
	counts := map[int]int{}
	for _, d := range s.Snapshot().Deliveries("events_api") {
		counts[d.Socket]++
	}
	if len(counts) != 3 || counts[1]+counts[2]+counts[3] != 30 {
		t.Errorf("deliveries by socket: %v; each envelope goes to one socket, any of them", counts)
	}
	for _, w := range wires {
		_ = w.Close()
	}
}

func TestAWarnedSocketKeepsDeliveringForAWhile(t *testing.T) {
	s := start(t, slackfake.Config{Timing: slackfake.Timing{Warning: 300 * time.Millisecond}})
	w := dial(t, s)
	w.read("hello")
	wait(t, s, "a live socket", func(p *slackfake.Snapshot) bool { return p.Live() == 1 })
	s.Warn()
	if got := w.read("disconnect"); got["reason"] != "warning" {
		t.Fatalf("disconnect = %v", got)
	}
	if _, err := s.Mention(alice, channel, "", "still there?"); err != nil {
		t.Fatal(err)
	}
	w.ack(w.read("events_api"), nil)
	if _, _, err := w.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("afterwards: %v, want a normal close", err)
	}
	wait(t, s, "no socket", func(p *slackfake.Snapshot) bool { return len(p.Sockets()) == 0 })
}

func TestARefreshedSocketGetsNothingMore(t *testing.T) {
	s := start(t, slackfake.Config{})
	w := dial(t, s)
	w.read("hello")
	wait(t, s, "a live socket", func(p *slackfake.Snapshot) bool { return p.Live() == 1 })
	s.Refresh()
	if got := w.read("disconnect"); got["reason"] != "refresh_requested" {
		t.Fatalf("disconnect = %v", got)
	}
	if _, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident"}); !errors.Is(err, slackfake.ErrNotConnected) {
		t.Errorf("a command without a socket: %v", err)
	}
}

func TestADisabledLinkRefusesSockets(t *testing.T) {
	s := start(t, slackfake.Config{})
	w := dial(t, s)
	w.read("hello")
	wait(t, s, "a live socket", func(p *slackfake.Snapshot) bool { return p.Live() == 1 })
	s.DisableLink()
	if got := w.read("disconnect"); got["reason"] != "link_disabled" {
		t.Errorf("disconnect = %v", got)
	}
	if got := dial(t, s).read("disconnect"); got["reason"] != "link_disabled" {
		t.Errorf("a new socket: %v", got)
	}
	s.EnableLink()
	dial(t, s).read("hello")
}

func TestASocketIsRefreshedAtTheEndOfItsLife(t *testing.T) {
	s := start(t, slackfake.Config{Timing: slackfake.Timing{Connection: 20 * time.Millisecond}})
	if got := dial(t, s).read("disconnect"); got["reason"] != "refresh_requested" {
		t.Errorf("disconnect = %v", got)
	}
}

func TestLargeAcknowledgementsVanish(t *testing.T) {
	s := start(t, slackfake.Config{Timing: slackfake.Timing{Ack: 2 * time.Second}})
	w := dial(t, s)
	w.read("hello")
	wait(t, s, "a live socket", func(p *slackfake.Snapshot) bool { return p.Live() == 1 })
	for _, c := range []struct {
		size int
		err  error
	}{{19_000, nil}, {21_000, slackfake.ErrNoAck}} {
		result := make(chan error, 1)
		go func() {
			_, err := s.SlashCommand(context.Background(), slackfake.Command{Command: "/incident"})
			result <- err
		}()
		w.ack(w.read("slash_commands"), map[string]any{"text": strings.Repeat("x", c.size)})
		if err := <-result; !errors.Is(err, c.err) {
			t.Errorf("an answer of %d bytes: %v, want %v", c.size, err, c.err)
		}
	}
	dropped := s.Snapshot().DroppedAcks()
	if len(dropped) != 1 || dropped[0].Reason != "too_large" {
		t.Errorf("dropped = %+v", dropped)
	}
}

func TestOddFramesAreIgnored(t *testing.T) {
	s := start(t, slackfake.Config{AckSameSocket: true})
	w := dial(t, s)
	w.read("hello")
	for _, frame := range []string{"", "not json", `{"envelope_id":"nobody"}`, `[]`, `null`} {
		if err := w.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
			t.Fatal(err)
		}
	}
	wait(t, s, "five dropped", func(p *slackfake.Snapshot) bool { return len(p.DroppedAcks()) == 5 })
}

func TestAnAcknowledgementOverAnotherSocketCountsUnlessForbidden(t *testing.T) {
	for _, strict := range []bool{false, true} {
		s := start(t, slackfake.Config{AckSameSocket: strict, Timing: slackfake.Timing{Ack: 500 * time.Millisecond}})
		w := dial(t, s)
		w.read("hello") // the first socket's id is 1
		other := dial(t, s)
		other.read("hello")
		wait(t, s, "two sockets", func(p *slackfake.Snapshot) bool { return p.Live() == 2 })
		result := make(chan error, 1)
		go func() {
			_, err := s.SlashCommand(context.Background(), slackfake.Command{Command: "/incident"})
			result <- err
		}()
		wait(t, s, "the envelope", func(p *slackfake.Snapshot) bool { return len(p.Deliveries("")) == 1 })
		d := s.Snapshot().Deliveries("")[0]
		wrong := []*wire{other, w}[d.Socket-1]
		wrong.ack(map[string]any{"envelope_id": d.Envelope}, nil)
		if err := <-result; (err == nil) == strict {
			t.Errorf("strict %v: %v", strict, err)
		}
	}
}

func TestDuplicatesAndRedeliveries(t *testing.T) {
	s := start(t, slackfake.Config{})
	w := dial(t, s)
	w.read("hello")
	wait(t, s, "a live socket", func(p *slackfake.Snapshot) bool { return p.Live() == 1 })
	if _, err := s.Mention(alice, channel, "", "hi"); err != nil {
		t.Fatal(err)
	}
	first := w.read("events_api")
	w.ack(first, nil)
	again := func(deliver func(context.Context) error) map[string]any {
		result := make(chan error, 1)
		go func() { result <- deliver(context.Background()) }()
		frame := w.read("events_api")
		w.ack(frame, nil)
		if err := <-result; err != nil {
			t.Error(err)
		}
		return frame
	}
	eventID := func(f map[string]any) any { return f["payload"].(map[string]any)["event_id"] }
	dup := again(s.DuplicateLast)
	if dup["envelope_id"] != first["envelope_id"] || dup["retry_attempt"] != 0.0 {
		t.Errorf("duplicate = %v", dup)
	}
	retry := again(s.RedeliverLast)
	if retry["envelope_id"] == first["envelope_id"] || retry["retry_attempt"] != 1.0 || retry["retry_reason"] != "timeout" || eventID(retry) != eventID(first) {
		t.Errorf("retry = %v", retry)
	}
}

func TestDuplicatesComeAtTheirRate(t *testing.T) {
	s := start(t, slackfake.Config{Duplicates: 1})
	w := dial(t, s)
	w.read("hello")
	wait(t, s, "a live socket", func(p *slackfake.Snapshot) bool { return p.Live() == 1 })
	if _, err := s.Mention(alice, channel, "", "hi"); err != nil {
		t.Fatal(err)
	}
	one, two := w.read("events_api"), w.read("events_api")
	if one["envelope_id"] != two["envelope_id"] {
		t.Errorf("duplicate in another envelope")
	}
	w.ack(one, nil)
	w.ack(two, nil)
	wait(t, s, "both acknowledged in time", func(p *slackfake.Snapshot) bool {
		d := p.Deliveries("events_api")
		return len(d) == 2 && !d[0].Acked.IsZero() && !d[1].Acked.IsZero() && !d[0].Late && !d[1].Late
	})
}

func TestAnEventWaitsForASocket(t *testing.T) {
	s := start(t, slackfake.Config{})
	if _, err := s.Mention(alice, channel, "", "anyone?"); err != nil {
		t.Fatal(err)
	}
	w := dial(t, s)
	if e := w.read("events_api"); e["retry_attempt"] != 0.0 {
		t.Errorf("event = %v", e)
	}
}

func TestALateAcknowledgementIsRecordedAsLate(t *testing.T) {
	s := start(t, slackfake.Config{Timing: slackfake.Timing{Ack: 5 * time.Millisecond}})
	w := dial(t, s)
	w.read("hello")
	wait(t, s, "a live socket", func(p *slackfake.Snapshot) bool { return p.Live() == 1 })
	if _, err := s.SlashCommand(within(t), slackfake.Command{Command: "/incident"}); !errors.Is(err, slackfake.ErrNoAck) {
		t.Fatalf("error = %v, want ErrNoAck", err)
	}
	w.ack(w.read("slash_commands"), nil)
	wait(t, s, "a late acknowledgement", func(p *slackfake.Snapshot) bool { return p.Deliveries("")[0].Late })
}

func TestACutIsAbrupt(t *testing.T) {
	s := start(t, slackfake.Config{})
	w := dial(t, s)
	w.read("hello")
	wait(t, s, "a live socket", func(p *slackfake.Snapshot) bool { return p.Live() == 1 })
	s.Cut()
	if _, _, err := w.ReadMessage(); err == nil || websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("after a cut: %v; there must be no goodbye", err)
	}
	wait(t, s, "no socket", func(p *slackfake.Snapshot) bool { return len(p.Sockets()) == 0 })
}

func TestFasterCompressesSlacksClock(t *testing.T) {
	fast := slackfake.Timing{Ack: time.Second}.Faster(100)
	if fast.Ack != 10*time.Millisecond || fast.Warning != 100*time.Millisecond || fast.Redeliver[1] != 600*time.Millisecond ||
		fast.Connection != 0 || fast.WriteTimeout != 5*time.Second {
		t.Errorf("timing = %+v", fast)
	}
}

func TestCloseEndsWhateverWaits(t *testing.T) {
	s, err := slackfake.New(slackfake.Config{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 2)
	go func() { done <- s.Run(context.Background()) }()
	go func() {
		done <- s.WaitFor(context.Background(), func(*slackfake.Snapshot) bool { return false })
	}()
	dial(t, s).read("hello")
	s.Close()
	s.Close()
	for range 2 {
		if err := <-done; err != nil && !errors.Is(err, slackfake.ErrClosed) {
			t.Error(err)
		}
	}
}
