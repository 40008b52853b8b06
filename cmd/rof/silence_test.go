package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// TestASilenceIsMadeInARealAlertmanager silences from Slack what an Alertmanager
// sends, and ends it again.
func TestASilenceIsMadeInARealAlertmanager(t *testing.T) {
	g := watching(t, nil)
	am := alerting(t, g.URL+"/webhooks/alertmanager")
	s := slack(t, slackfake.Config{})
	p := serving(t, append(slackEnv(s, sqliteDB(t)), "ROF_CONFIG="+write(t, "alertmanager: {url: "+am.url+"}\n"))...)
	g.target.Store(p)
	connected(t, s)

	am.fire(slow1)
	until(t, s, 10*time.Second, "the message", func(p *slackfake.Snapshot) bool { return len(summaries(p)) == 1 })
	id := live(p)[0].ID
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := s.SlashCommand(ctx, slackfake.Command{User: "U0ALICE", Channel: channel, Command: "/incident", Text: "silence " + id + " 2h deploy"}); err != nil {
		t.Fatal(err)
	}
	var preview *slackfake.Message
	until(t, s, 10*time.Second, "the preview", func(p *slackfake.Snapshot) bool {
		for _, m := range p.Ephemerals("U0ALICE") {
			if strings.Contains(m.Visible(), "Made in Alertmanager, too") {
				preview = m
			}
		}
		return preview != nil
	})
	if n := len(am.silences(t)); n != 0 {
		t.Fatalf("a preview makes %d silences", n)
	}
	if _, err := s.Click(ctx, "U0ALICE", channel, preview.TS, "silence_confirm"); err != nil {
		t.Fatal(err)
	}
	wait(t, 10*time.Second, "the silence", func() bool { return len(am.silences(t)) == 1 })
	made := am.silences(t)[0]
	names := map[string]string{}
	for _, m := range made.Matchers {
		names[m.Name] = m.Value
	}
	if made.CreatedBy != "alice" || !strings.HasPrefix(made.Comment, "deploy (sil_") || names["instance"] != "checkout-1" || names["severity"] != "critical" ||
		time.Until(made.EndsAt) < 119*time.Minute {
		t.Errorf("%+v", made)
	}
	wait(t, 10*time.Second, "the Alertmanager to hold its alert back", func() bool { return am.silenced(t) == 1 })
	wait(t, 10*time.Second, "the incident to be muted", func() bool { return live(p)[0].Muted != nil })

	var detail engine.Detail
	p.get("/api/v1/incidents/"+id, &detail)
	silence := detail.Muted.Silence
	if _, err := s.SlashCommand(ctx, slackfake.Command{User: "U0ALICE", Channel: channel, Command: "/incident", Text: "silence end " + silence}); err != nil {
		t.Fatal(err)
	}
	wait(t, 10*time.Second, "its end", func() bool { return len(am.silences(t)) == 0 && am.silenced(t) == 0 })
}

// amSilence is a silence as the Alertmanager shows it.
type amSilence struct {
	CreatedBy, Comment string
	EndsAt             time.Time
	Matchers           []struct{ Name, Value string }
	Status             struct{ State string }
}

// silences are the active ones.
func (am *alertmanager) silences(t *testing.T) (active []amSilence) {
	t.Helper()
	var all []amSilence
	am.get(t, "/api/v2/silences", &all)
	for _, s := range all {
		if s.Status.State == "active" {
			active = append(active, s)
		}
	}
	return active
}

// silenced counts the alerts that a silence holds back.
func (am *alertmanager) silenced(t *testing.T) (n int) {
	t.Helper()
	var alerts []struct {
		Status struct{ State string }
	}
	am.get(t, "/api/v2/alerts", &alerts)
	for _, a := range alerts {
		if a.Status.State == "suppressed" {
			n++
		}
	}
	return n
}

func (am *alertmanager) get(t *testing.T, path string, v any) {
	t.Helper()
	resp, err := http.Get(am.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		t.Fatal(err)
	}
}
