package main

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/store/storetest/pgtest"
)

// ownServer is a PostgreSQL that a test may stop, and a database on it.
func ownServer(t testing.TB) (own *pgtest.Server, db string) {
	t.Helper()
	own = &pgtest.Server{Private: true}
	t.Cleanup(func() {
		if err := own.Stop(); err != nil {
			t.Error(err)
		}
	})
	return own, "DATABASE_URL=" + own.Database(t)
}

func TestWithTheDatabaseDownAlertsAreTurnedAwayAndNoneIsLost(t *testing.T) {
	own, db := ownServer(t)
	s := slack(t, slackfake.Config{Pace: slackfake.Pace{Off: true}})
	p := serving(t, slackEnv(s, db)...)
	connected(t, s)
	l := loading(t, p, 4)
	some := func(more int) {
		t.Helper()
		before, _, _ := l.counts()
		wait(t, 20*time.Second, "alerts to be taken in", func() bool { n, _, _ := l.counts(); return n >= before+more })
	}
	some(20)
	own.Down(t)
	p.unready("store")
	wait(t, 30*time.Second, "deliveries to be turned away", func() bool { _, turned, _ := l.counts(); return turned >= 20 })
	kept, _, _ := l.counts()
	p.alive()
	// A person who types meanwhile is told; nothing is acknowledged that is not stored.
	if i, err := s.SlashCommand(t.Context(), slackfake.Command{Command: "/incident", Text: "analyze error_type=memory_leak"}); err == nil && i.Ack == nil {
		t.Errorf("a command that is not stored was acknowledged without a word")
	} else if err != nil && !errors.Is(err, slackfake.ErrNoAck) {
		t.Error(err)
	}
	if now, _, _ := l.counts(); now != kept {
		t.Errorf("%d alerts were answered 202 while the database was down", now-kept)
	}
	outage()
	own.Up(t)
	t.Logf("healthy %s after the database was back", p.healthyAfter(l))
	some(20)
	l.stop()
	l.allThere(p)
	p.decided()
}

// outage makes a nightly run's dependency stay away for longer than anybody here
// is patient.
func outage() {
	if nightly() {
		time.Sleep(time.Minute)
	}
}

// alive is /healthz: a process whose database is away is not to be restarted.
func (p *process) alive() {
	p.t.Helper()
	resp, err := http.Get(p.url + "/healthz")
	if err != nil {
		p.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		p.t.Errorf("healthz answered %s", resp.Status)
	}
}
