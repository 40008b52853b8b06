package slackfake_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"go.uber.org/goleak"

	"ragoffire/bot/slackfake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	channel = "C0INCIDENT"
	alice   = "U0ALICE"
	bob     = "U0BOB"
)

// start runs a Slack for one test.
func start(t *testing.T, cfg slackfake.Config) *slackfake.Slack {
	t.Helper()
	s, err := slackfake.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(context.Background()) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return s
}

// within bounds everything that a test waits for.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func wait(t *testing.T, s *slackfake.Slack, what string, cond func(*slackfake.Snapshot) bool) {
	t.Helper()
	if err := s.WaitFor(within(t), cond); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// httpClient has connections of its own, and leaves none behind.
func httpClient(t *testing.T) *http.Client {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func webClient(t *testing.T, s *slackfake.Slack) *slack.Client {
	t.Helper()
	return slack.New(s.BotToken(), slack.OptionAPIURL(s.URL()),
		slack.OptionAppLevelToken(s.AppToken()), slack.OptionHTTPClient(httpClient(t)))
}

// app is a bot made with slack-go.
type app struct {
	*slack.Client
	socket *socketmode.Client
}

// connect runs a bot until the test ends, and waits for its socket.
func connect(t *testing.T, s *slackfake.Slack, on func(a *app, e socketmode.Event)) *app {
	t.Helper()
	a := &app{Client: webClient(t, s)}
	a.socket = socketmode.New(a.Client)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = a.socket.RunContext(ctx) })
	wg.Go(func() {
		for {
			select {
			case e := <-a.socket.Events:
				on(a, e)
			case <-ctx.Done():
				return
			}
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	before := s.Snapshot().SocketsOpened()
	wait(t, s, "the bot's socket", func(p *slackfake.Snapshot) bool {
		return p.SocketsOpened() > before || p.Live() > 0
	})
	return a
}

// acking acknowledges everything and does nothing else.
func acking(a *app, e socketmode.Event) {
	if e.Request != nil && e.Request.EnvelopeID != "" {
		_ = a.socket.Ack(*e.Request)
	}
}

// call makes a bare Web API call with a form, and returns the answer.
func call(t *testing.T, s *slackfake.Slack, method string, form map[string]string) (map[string]any, *http.Response) {
	t.Helper()
	values := url.Values{"token": {s.BotToken()}}
	for k, v := range form {
		values.Set(k, v)
	}
	return send(t, s.URL()+method, "application/x-www-form-urlencoded", values.Encode(), "")
}

func send(t *testing.T, to, kind, body, bearer string) (map[string]any, *http.Response) {
	t.Helper()
	req, err := http.NewRequestWithContext(within(t), http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := httpClient(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if json.Unmarshal(raw, &out) != nil {
		out["text"] = string(raw)
	}
	return out, resp
}

func mustOK(t *testing.T, s *slackfake.Slack, method string, form map[string]string) map[string]any {
	t.Helper()
	out, _ := call(t, s, method, form)
	if out["ok"] != true {
		t.Fatalf("%s answered %v", method, out)
	}
	return out
}

func mustFail(t *testing.T, s *slackfake.Slack, method string, form map[string]string, want string) map[string]any {
	t.Helper()
	out, _ := call(t, s, method, form)
	if out["ok"] != false || out["error"] != want {
		t.Fatalf("%s answered %v, want error %s", method, out, want)
	}
	return out
}

// post writes a message as the bot, and returns its timestamp.
func post(t *testing.T, s *slackfake.Slack, form map[string]string) string {
	t.Helper()
	full := map[string]string{"channel": channel, "text": "hello"}
	maps.Copy(full, form)
	if full["markdown_text"] != "" {
		delete(full, "text")
	}
	return mustOK(t, s, "chat.postMessage", full)["ts"].(string)
}

// wire is a bare Socket Mode connection.
type wire struct {
	*websocket.Conn
	t *testing.T
}

func dial(t *testing.T, s *slackfake.Slack) *wire {
	t.Helper()
	out, _ := send(t, s.URL()+"apps.connections.open", "application/json", "", s.AppToken())
	to, _ := out["url"].(string)
	conn, resp, err := websocket.DefaultDialer.DialContext(within(t), to, nil)
	if err != nil {
		t.Fatalf("dialling %v: %v", out, err)
	}
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return &wire{conn, t}
}

// read returns the next frame of the given type.
func (w *wire) read(kind string) map[string]any {
	w.t.Helper()
	for {
		_ = w.SetReadDeadline(time.Now().Add(5 * time.Second))
		var frame map[string]any
		if err := w.ReadJSON(&frame); err != nil {
			w.t.Fatalf("reading for %s: %v", kind, err)
		}
		if frame["type"] == kind {
			return frame
		}
	}
}

func (w *wire) ack(frame map[string]any, payload any) {
	w.t.Helper()
	ack := map[string]any{"envelope_id": frame["envelope_id"]}
	if payload != nil {
		ack["payload"] = payload
	}
	if err := w.WriteJSON(ack); err != nil {
		w.t.Fatal(err)
	}
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
