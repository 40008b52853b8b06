package main

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
)

// BenchmarkRecovery measures how soon things go on. Budgets: healthy within 5 s of
// the database's return; a post whose sender was killed in the middle of it stands
// within 60 s at another replica, and, on SQLite, as soon as rof starts again: the
// 3 s until Slack's search may be trusted are part of both.
func BenchmarkRecovery(b *testing.B) {
	b.Run("the database is back", func(b *testing.B) {
		own, db := ownServer(b)
		p := serving(b, db, "ROF_SEED=true")
		l := loading(b, p, 4)
		var took []time.Duration
		for b.Loop() {
			own.Down(b)
			p.unready("store")
			time.Sleep(10 * time.Second) // longer than the first patience of anybody
			own.Up(b)
			took = append(took, p.healthyAfter(l))
		}
		l.stop()
		quantiles(b, "healthy", took)
	})
	b.Run("another replica", func(b *testing.B) {
		benchInterrupted(b, func() string { return "DATABASE_URL=" + pg.Database(b) }, true)
	})
	b.Run("started again", func(b *testing.B) {
		benchInterrupted(b, func() string { return sqliteDB(b) }, false)
	})
}

// benchInterrupted kills a process while its first post is on its way, and
// measures how long it takes until the advice stands too.
func benchInterrupted(b *testing.B, db func() string, beside bool) {
	var took []time.Duration
	for b.Loop() {
		var strike atomic.Pointer[func()]
		s := slack(b, slackfake.Config{Pace: slackfake.Pace{Off: true}, BeforeCall: func(c slackfake.Call) {
			if f := strike.Load(); c.Method == "chat.postMessage" && f != nil && strike.CompareAndSwap(f, nil) {
				(*f)()
			}
		}})
		env := slackEnv(s, db())
		p := serving(b, env...)
		connected(b, s)
		var next *process
		var died time.Time
		done := make(chan struct{})
		kill := func() {
			defer close(done)
			if beside {
				next = serving(b, env...)
			}
			p.kill()
			died = time.Now()
		}
		s.Inject(slackfake.Fault{Method: "chat.postMessage", DropBefore: true})
		strike.Store(&kill)
		resp, err := http.Post(p.url+"/api/v1/decisions/stream-anomaly", "application/json", strings.NewReader(anomaly))
		if err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
		<-done
		if !beside {
			next = serving(b, env...)
		}
		until(b, s, 2*time.Minute, "the message and its advice", func(p *slackfake.Snapshot) bool {
			m := summaries(p)
			return len(m) == 1 && strings.Contains(thread(p, m[0]), "Throttle connections to 30%")
		})
		took = append(took, time.Since(died))
		next.kill()
	}
	quantiles(b, "advice", took)
}
