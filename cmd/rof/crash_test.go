package main

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
)

const anomaly = `{"error_type":"database_timeout","spike_percentage":450,"service":"checkout","description":"p99 of checkout is far above normal"}`

// The process is killed exactly at one of Slack's two moments: before it takes
// the message in, when the commit is behind us and the post is not; and after,
// when the message stands and nobody here knows.
func TestAKillAroundThePostLeavesTheMessageThereOnce(t *testing.T) {
	for name, after := range map[string]bool{
		"between commit and post": false,
		"between post and commit": true,
	} {
		t.Run(name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, db string) { killsAroundThePost(t, db, after) })
		})
	}
}

func killsAroundThePost(t *testing.T, db string, after bool) {
	var victim atomic.Pointer[process]
	var killed atomic.Bool
	strike := func(c slackfake.Call) {
		if p := victim.Load(); c.Method == "chat.postMessage" && p != nil && killed.CompareAndSwap(false, true) {
			p.kill()
		}
	}
	cfg := slackfake.Config{BeforeCall: strike}
	if after {
		cfg = slackfake.Config{AfterStored: strike}
	}
	s := slack(t, cfg)
	// Slack looks at a call whose connection was cut all the same; where the
	// kill comes first, the call must not get that far.
	if !after {
		s.Inject(slackfake.Fault{Method: "chat.postMessage", DropBefore: true})
	}
	env := slackEnv(s, db)
	p := serving(t, env...)
	connected(t, s)
	victim.Store(p)
	if code := p.post("/api/v1/decisions/stream-anomaly", anomaly, nil); code != 202 {
		t.Fatalf("stream-anomaly answered %d", code)
	}
	<-p.done
	if !killed.Load() {
		t.Fatalf("rof ended by itself:\n%s", p.log)
	}
	victim.Store(nil)

	p2 := serving(t, env...)
	until(t, s, 40*time.Second, "the message and its thread", func(p *slackfake.Snapshot) bool {
		m := summaries(p)
		return len(m) == 1 && strings.Contains(thread(p, m[0]), "Throttle connections to 30%")
	})
	if n := len(live(p2)); n != 1 {
		t.Errorf("%d incidents; want 1", n)
	}
	// The edit comes last; once it is there, nothing is left to send.
	until(t, s, 20*time.Second, "the summary to name the match", func(p *slackfake.Snapshot) bool {
		return len(summaries(p)) == 1 && strings.Contains(summaries(p)[0].Visible(), "INC-2025-001")
	})
	replies := s.Snapshot().Thread(channel, summaries(s.Snapshot())[0].TS)
	if len(replies) != 3 {
		t.Errorf("the thread has %d messages; want the summary, the alert and the decision:\n%s", len(replies), thread(s.Snapshot(), replies[0]))
	}
}
