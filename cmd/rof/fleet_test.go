package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
)

// fleet is several rof serve on one database and one Slack.
type fleet struct {
	t   testing.TB
	env []string

	mu      sync.Mutex
	members []*process
	kills   int
}

func newFleet(t testing.TB, size int, env ...string) *fleet {
	t.Helper()
	f := &fleet{t: t, env: env}
	for range size {
		f.members = append(f.members, serving(t, env...))
	}
	return f
}

// any is one of the replicas, dead or alive: what a balancer without health
// checks would choose.
func (f *fleet) any() *process {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.members[rand.IntN(len(f.members))]
}

// replace kills one replica with kill -9 and starts it again.
func (f *fleet) replace(n int) {
	f.t.Helper()
	f.mu.Lock()
	victim := f.members[n%len(f.members)]
	f.mu.Unlock()
	victim.kill()
	next := serving(f.t, f.env...)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.members[n%len(f.members)] = next
	f.kills++
}

// killEvery replaces a random replica each time d has passed, until done is closed.
func (f *fleet) killEvery(d time.Duration, done <-chan struct{}) {
	f.t.Helper()
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			f.replace(rand.Int())
		}
	}
}

// errGone is what a sender sees who got no 2xx.
var errGone = errors.New("not taken in")

// try posts a body to one replica, once.
func (f *fleet) try(path, body string) error {
	resp, err := http.Post(f.any().url+path, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("%w: %s", errGone, resp.Status)
	}
	return nil
}

// insist posts a body as Alertmanager does: until somebody takes it in.
func (f *fleet) insist(path, body string) (tries int, err error) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		tries++
		if err = f.try(path, body); err == nil {
			return tries, nil
		}
	}
	return tries, err
}

// postKeys counts the messages that stand for each post, by what their metadata
// say: a post is one message, whoever sent it.
func postKeys(p *slackfake.Snapshot, channels []string) map[string]int {
	out := map[string]int{}
	for _, id := range channels {
		for _, m := range p.BotMessages(id) {
			if m.Metadata != nil {
				key, _ := m.Metadata.Payload["post"].(string)
				out[key]++
			}
		}
	}
	return out
}

// holdsBroken are the calls that came while Slack had told to wait: of the same
// method, and for a post in the same channel. What was on its way when Slack said
// so is none: grace is for that.
func holdsBroken(calls []*slackfake.Call, grace time.Duration) (windows int, broken []*slackfake.Call) {
	for _, h := range calls {
		if h.Status != http.StatusTooManyRequests {
			continue
		}
		windows++
		from, to := h.At.Add(h.Took).Add(grace), h.At.Add(h.Took).Add(h.RetryAfter)
		for _, c := range calls {
			same := c.Method == h.Method && (c.Method != "chat.postMessage" || c.Channel == h.Channel)
			if same && c.Seq != h.Seq && c.At.After(from) && c.At.Before(to) {
				broken = append(broken, c)
			}
		}
	}
	return windows, broken
}

// overPace is how far the calls about a channel went beyond a burst and one a
// second: 0 where they kept to it.
func overPace(calls []*slackfake.Call, channel string, burst int) int {
	level, worst := 0.0, 0.0
	var last time.Time
	for _, c := range calls {
		if c.Channel != channel || c.Method != "chat.postMessage" && c.Method != "chat.update" {
			continue
		}
		level = max(0, level-c.At.Sub(last).Seconds()) + 1
		last, worst = c.At, max(worst, level)
	}
	return max(0, int(worst+0.5)-burst)
}
