package bot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// TestThirtySecondsOfWaitingAreKept moves the bot's clock instead of waiting:
// new posts wake the channel's job again and again, and it must not call.
func TestThirtySecondsOfWaitingAreKept(t *testing.T) {
	var mu sync.Mutex
	now := time.Now()
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	advance := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	r := newRig(t, setup{
		slack: slackfake.Config{Pace: slackfake.Pace{Off: true}},
		bot:   bot.Config{Now: clock, Pace: engine.Pace{Burst: 1 << 20, Every: time.Microsecond}},
	})
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", Status: 429, RetryAfter: 30 * time.Second})
	calls := func() int { return len(r.slack.Snapshot().Calls("chat.postMessage")) }
	ask := func(service string) {
		r.slash(alice, "analyze error_type=database_timeout service="+service)
		r.reply(r.slash(bob, "show "+service)) // by now the job of the first has been woken
	}
	ask("first")
	r.counted(bot.CountLimited, 1)
	for n := range 3 {
		ask(fmt.Sprintf("waiting%d", n))
		advance(9 * time.Second)
	}
	if n := calls(); n != 1 {
		t.Errorf("%d calls in 27 of 30 seconds, want the one that was refused", n)
	}
	advance(4 * time.Second)
	ask("last")
	r.wait("five answers", func(p *slackfake.Snapshot) bool {
		return len(p.BotMessages(channel)) == 5 && len(p.Calls("chat.postMessage")) > 5 // a call is noted after its message
	})
	if n := calls(); n != 6 {
		t.Errorf("%d calls for five answers and one refusal", n)
	}
}

// TestOneSocketServesWhereSlackAllowsNoSecond has other processes of the app,
// dead ones that Slack still counts, hold nine of the ten sockets.
func TestOneSocketServesWhereSlackAllowsNoSecond(t *testing.T) {
	r := newRig(t, setup{idle: true, slack: slackfake.Config{Timing: slackfake.Timing{Refresh: 30 * time.Second}}})
	r.halt()
	for range 9 {
		dead := r.dial()
		t.Cleanup(func() { _ = dead.Close() })
	}
	r.wait("nine sockets", func(p *slackfake.Snapshot) bool { return p.Live() == 9 })
	for range 9 {
		r.slack.RefreshOldest() // they get nothing more, and stay
	}
	r.open(setup{noSeeds: true})
	r.counted(bot.CountStorm, 1)
	for n := range 5 {
		r.slash(alice, fmt.Sprintf("show INC-2031-%d", n))
		if _, err := r.slack.Mention(bob, channel, "", fmt.Sprintf("show INC-2032-%d", n)); err != nil {
			t.Fatal(err)
		}
	}
	p := r.wait("every answer", func(p *slackfake.Snapshot) bool { return len(p.Replies("")) == 5 && len(p.Ephemerals(bob)) == 5 })
	if p.Live() != 1 || len(p.Sockets()) != 10 {
		t.Errorf("%d sockets are live of %d", p.Live(), len(p.Sockets()))
	}
	if n := len(p.Calls("apps.connections.open")); n > 9+1+20 {
		t.Errorf("%d connections were asked for", n)
	}
}

// dial opens a socket that never answers.
func (r *rig) dial() *websocket.Conn {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.ctx(), http.MethodPost, r.slack.URL()+"apps.connections.open", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.slack.AppToken())
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out struct{ URL string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		r.t.Fatal(err)
	}
	conn, answer, err := websocket.DefaultDialer.DialContext(r.ctx(), out.URL, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = answer.Body.Close()
	return conn
}
