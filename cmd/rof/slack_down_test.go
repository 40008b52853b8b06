package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// While Slack is away much happens; when it is back the channel shows how each
// incident is now, and not how it came to that.
func TestAfterAnOutageOfSlackTheChannelShowsHowThingsAre(t *testing.T) {
	onEachStore(t, showsHowThingsAre)
}

func showsHowThingsAre(t *testing.T, db string) {
	s := slack(t, slackfake.Config{})
	p := serving(t, slackEnv(s, db)...)
	connected(t, s)
	fire := func(service, severity string, n int) {
		t.Helper()
		body := fmt.Sprintf(`{"title":"%[1]s is slow","fingerprint":"%[1]s-%[3]d","service":%[1]q,"environment":"prod","severity":%[2]q}`, service, severity, n)
		if code := p.post("/webhooks/generic", body, nil); code != http.StatusAccepted {
			t.Fatalf("answered %d", code)
		}
	}
	ids := map[string]string{}
	do := func(service, verb, body string) {
		t.Helper()
		if ids[service] == "" {
			for _, i := range live(p) {
				ids[i.Service] = i.ID
			}
		}
		if code := p.post("/api/v1/incidents/"+ids[service]+"/"+verb, body, nil); code/100 != 2 {
			t.Fatalf("%s of %s answered %d", verb, service, code)
		}
	}
	fire("before", "high", 0)
	until(t, s, 20*time.Second, "the first message, with its decision", func(p *slackfake.Snapshot) bool {
		return len(summaries(p)) == 1 && len(p.Thread(channel, summaries(p)[0].TS)) >= 3
	})

	back := s.Inject(slackfake.Fault{Times: -1, Status: http.StatusServiceUnavailable})
	s.DisableLink()
	const changes = 20
	for n := range changes {
		for _, service := range []string{"before", "worse", "over", "held"} {
			fire(service, "medium", n)
		}
		do("before", "notes", fmt.Sprintf(`{"text":"look %d","actor":"ada"}`, n))
	}
	fire("worse", "critical", changes)
	do("held", "ack", `{"actor":"ada"}`)
	for range 3 {
		do("over", "resolve", `{"actor":"ada","resolution":"raised the pool"}`)
		do("over", "reopen", `{"actor":"ada"}`)
	}
	do("over", "resolve", `{"actor":"ada","resolution":"raised the pool"}`)
	do("before", "resolve", `{"actor":"ada","resolution":"restarted it"}`)
	if status, checks := p.readiness(); status != http.StatusOK || checks["slack"].State == "connected" {
		t.Errorf("readyz answered %d and says of Slack: %+v", status, checks["slack"])
	}
	outage()
	during := len(s.Snapshot().Calls(""))
	s.EnableLink()
	back()
	began := time.Now()

	// An incident that was over before anybody heard of it is told, too.
	want := map[string]string{"before": "resolved", "worse": "critical", "over": "resolved", "held": "ada"}
	snap := until(t, s, 2*time.Minute, "how things are", func(p *slackfake.Snapshot) bool {
		shown := summaries(p)
		if len(shown) != len(want) {
			return false
		}
		for service, word := range want {
			if !strings.Contains(strings.ToLower(ofService(shown, service)), word) {
				return false
			}
		}
		return true
	})
	took := time.Since(began)
	order := make([]string, 0, len(want))
	for _, m := range summaries(snap) {
		for service := range want {
			if strings.Contains(m.Visible(), " "+service+" prod") {
				order = append(order, service)
			}
		}
	}
	// The worst first, then as they began; what stood before stays where it was.
	if got := strings.Join(order, " "); got != "before worse over held" {
		t.Errorf("the channel has %s", got)
	}
	// What is sent is bounded by the incidents, and not by what happened to them.
	done := 0
	for _, c := range snap.Calls("")[during:] {
		if c.Stored && strings.HasPrefix(c.Method, "chat.") {
			done++
		}
	}
	if most := 6 * len(want); done > most {
		t.Errorf("%d messages and edits for %d incidents; want at most %d", done, len(want), most)
	}
	for key, n := range postKeys(snap, []string{channel}) {
		if n != 1 {
			t.Errorf("%d messages for the post %s", n, key)
		}
	}
	t.Logf("%d changes while away, then %d messages and edits within %s", 5*changes+10, done, took.Round(100*time.Millisecond))
	var stats engine.Stats
	p.get("/api/v1/stats", &stats)
	if n := stats.Incidents.ByStatus["resolved"]; n != 2 {
		t.Errorf("%d incidents are resolved", n)
	}
}

// ofService is the message of a service's incident.
func ofService(list []*slackfake.Message, service string) string {
	for _, m := range list {
		if strings.Contains(m.Visible(), " "+service+" prod") {
			return m.Visible()
		}
	}
	return ""
}
