package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
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
			t.Parallel() // mostly they wait
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
	// The kill may come before the answer does; then the connection is cut. That
	// the alert was stored by then is what follows.
	resp, err := http.Post(p.url+"/api/v1/decisions/stream-anomaly", "application/json", strings.NewReader(anomaly))
	if err == nil {
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusAccepted {
			t.Fatalf("stream-anomaly answered %s", resp.Status)
		}
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

func TestEveryAlertAnswered202OutlivesAKill(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		p := serving(t, db, "ROF_SEED=false")
		var mu sync.Mutex
		kept := make(map[string]bool) // fingerprints that were answered 202
		var senders sync.WaitGroup
		enough := make(chan struct{})
		for s := range 8 {
			senders.Go(func() {
				for n := 0; ; n++ {
					fp := fmt.Sprintf("kill-%d-%d", s, n)
					body := fmt.Sprintf(`{"title":"alert %s","fingerprint":%q}`, fp, fp)
					resp, err := http.Post(p.url+"/webhooks/generic", "application/json", strings.NewReader(body))
					if err != nil {
						return // it is dead
					}
					_ = resp.Body.Close()
					if resp.StatusCode != http.StatusAccepted {
						continue
					}
					mu.Lock()
					kept[fp] = true
					if len(kept) == 150 {
						close(enough)
					}
					mu.Unlock()
				}
			})
		}
		<-enough
		p.kill()
		senders.Wait()

		p2 := serving(t, db, "ROF_SEED=false")
		found := make(map[string]int)
		for after := ""; ; {
			var page struct {
				Incidents []engine.Incident
				Next      *string
			}
			p2.get("/api/v1/incidents?limit=200&after="+url.QueryEscape(after), &page)
			for _, i := range page.Incidents {
				found[i.Fingerprint]++
			}
			if page.Next == nil {
				break
			}
			after = *page.Next
		}
		for fp := range kept {
			if found[fp] != 1 {
				t.Errorf("%s was answered 202 and is there %d times", fp, found[fp])
			}
		}
		t.Logf("%d answered 202, %d stored", len(kept), len(found))
	})
}
