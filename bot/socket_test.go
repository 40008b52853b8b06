package bot_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
)

func TestATokenThatSlackRefusesEndsRun(t *testing.T) {
	r := newRig(t, setup{idle: true})
	for _, c := range []struct {
		name, botToken, appToken, want string
	}{
		{"bot", "xoxb-wrong", r.slack.AppToken(), "SLACK_BOT_TOKEN (invalid_auth)"},
		{"app", r.slack.BotToken(), "xapp-wrong", "SLACK_APP_TOKEN (invalid_auth)"},
	} {
		cfg := r.cfg
		cfg.BotToken, cfg.AppToken = c.botToken, c.appToken
		b, err := bot.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		err = b.Run(r.ctx())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with a wrong %s token Run returns %v, want %q in it", c.name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "wrong") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("the error %q shows the token or is more than a line", err)
		}
	}
}

func TestNewSaysEverythingThatIsWrong(t *testing.T) {
	_, err := bot.New(bot.Config{BotToken: "x", AppToken: "y", Command: "/two words", APIURL: "slack.com"})
	for _, want := range []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "ROF_COMMAND", "SLACK_API_URL", "a store"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not name %s", err, want)
		}
	}
}

func TestReconnectingIsBraked(t *testing.T) {
	r := newRig(t, setup{})
	deadline := time.Now().Add(10 * time.Second)
	for r.bot.Health().Sockets != 2 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if h := r.bot.Health(); h.Sockets != 2 || h.Since.IsZero() {
		t.Errorf("health is %+v", h)
	}
	before := len(r.slack.Snapshot().Calls("apps.connections.open"))
	r.slack.DisableLink()
	r.counted(bot.CountStorm, 2)
	for r.bot.Health().Sockets > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if n := r.counts.of(bot.CountStorm); n != 2 {
		t.Errorf("%d of two sockets were braked", n)
	}
	if n := len(r.slack.Snapshot().Calls("apps.connections.open")) - before; n > 30 {
		t.Errorf("%d connections were opened", n)
	}
	if h := r.bot.Health(); h.Sockets != 0 || h.Error == "" {
		t.Errorf("health is %+v", h)
	}
}

// TestWhatSlackGoCannotReadIsAcknowledged speaks Socket Mode by hand: the fake
// only sends what Slack is known to send.
func TestWhatSlackGoCannotReadIsAcknowledged(t *testing.T) {
	frames := []string{
		`{"envelope_id":"unknown-type","type":"brand_new","payload":{}}`,
		`{"envelope_id":"unknown-event","type":"events_api","payload":{"type":"event_callback","event_id":"Ev1","event":{"type":"brand_new"}}}`,
		`{"envelope_id":"odd-payload","type":"events_api","payload":"text"}`,
		`{"envelope_id":"odd-click","type":"interactive","payload":{"type":["x"]}}`,
		`{"envelope_id":"odd-slash","type":"slash_commands","payload":{"text":7}}`,
		`{"envelope_id":"odd-type","type":7}`,
		`{"envelope_id":"own-message","type":"events_api","payload":{"type":"event_callback","event_id":"Ev2","event":{"type":"message","channel_type":"im","bot_id":"B0ROF","user":"U0ROF","channel":"D1","ts":"1.1","text":"help"}}}`,
		`{"envelope_id":"joined","type":"events_api","payload":{"type":"event_callback","event_id":"Ev3","event":{"type":"message","subtype":"channel_join","channel_type":"im","user":"U1","channel":"D1","ts":"1.1","text":"help"}}}`,
		`{"envelope_id":"home","type":"events_api","payload":{"type":"event_callback","event_id":"Ev4","event":{"type":"app_home_opened","user":"U1","channel":"D1"}}}`,
		`{"envelope_id":"odd-block","type":"events_api","payload":{"type":"event_callback","event_id":"Ev5","event":{"type":"app_mention","user":"U1","channel":"C1","ts":"1.2","text":"<@U0ROF> help","blocks":[{"type":7}]}}}`,
	}
	hand := newHand(t, frames)
	r := newRig(t, setup{idle: true})
	cfg := r.cfg
	cfg.APIURL, cfg.BotToken, cfg.AppToken, cfg.Stagger = hand.URL+"/api", "xoxb-1", "xapp-1", time.Hour
	b, err := bot.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	acked := map[string]bool{}
	for range frames {
		select {
		case id := <-hand.acks:
			acked[id] = true
		case <-r.ctx().Done():
			t.Fatalf("only %v were acknowledged", acked)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(acked) != len(frames) {
		t.Errorf("acknowledged %v", acked)
	}
	if n := r.counts.of(bot.CountReceived); n != 1 {
		t.Errorf("%d envelopes were stored, want the one that somebody wrote to the bot", n)
	}
}

// hand is a Slack that sends given frames to its first socket and collects the
// acknowledgements.
type hand struct {
	*httptest.Server
	acks chan string
}

func newHand(t *testing.T, frames []string) *hand {
	h := &hand{acks: make(chan string, 100)}
	var sent atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("/api/auth.test", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"ok":true,"user_id":"U0ROF","team":"t","user":"rof"}`))
	})
	mux.HandleFunc("/api/apps.connections.open", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "url": "ws" + strings.TrimPrefix(h.URL, "http") + "/ws"})
	})
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1}`))
		if !sent.Swap(true) {
			for _, f := range frames {
				_ = conn.WriteMessage(websocket.TextMessage, []byte(f))
			}
		}
		for {
			var ack struct {
				EnvelopeID string `json:"envelope_id"`
			}
			if conn.ReadJSON(&ack) != nil {
				return
			}
			h.acks <- ack.EnvelopeID
		}
	})
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func TestOtherEventsAreAcknowledgedAndIgnored(t *testing.T) {
	r := newRig(t, setup{})
	for _, user := range []string{alice, bob} {
		if _, err := r.slack.OpenMessages(user); err != nil {
			t.Fatal(err)
		}
	}
	r.wait("the acknowledgements", func(p *slackfake.Snapshot) bool {
		events := p.Deliveries("events_api")
		for _, d := range events {
			if d.Acked.IsZero() {
				return false
			}
		}
		return len(events) >= 2
	})
	if n := r.counts.of(bot.CountReceived); n != 0 {
		t.Errorf("%d were stored", n)
	}
}
