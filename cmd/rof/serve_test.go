package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

func TestASecondServeOnOneFileIsRefused(t *testing.T) {
	db := sqliteDB(t)
	p := serving(t, db)
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"serve"}, env(db, "ROF_LISTEN=127.0.0.1:0", "ROF_LOG_LEVEL=error"), nil, &out, &errs); code != exitFailed {
		t.Fatalf("a second serve ended with %d: %s", code, errs.String())
	}
	if lines := strings.Count(errs.String(), "\n"); lines != 1 || !strings.HasPrefix(errs.String(), "rof serve: ") {
		t.Errorf("it said:\n%s", errs.String())
	}
	if code := p.stop(); code != exitDone {
		t.Errorf("SIGTERM ended the first with %d:\n%s", code, p.log)
	}
}

func TestCommandsWorkBesideARunningServeWhoseFeedFollows(t *testing.T) {
	db := sqliteDB(t)
	p := serving(t, db)
	d := analyzed(t, db, "--error-type", "memory_leak", "--spike", "280")
	wait(t, 2*time.Second, "the decision on the feed", func() bool {
		var page struct{ Events []engine.Event }
		p.get("/api/v1/events?after=0&limit=200", &page)
		for _, ev := range page.Events {
			if ev.Type == engine.EventDecision && strings.Contains(string(ev.Data), d.ID) {
				return true
			}
		}
		return false
	})
}

func TestABackupOfARunningServeIsAStore(t *testing.T) {
	db := sqliteDB(t)
	p := serving(t, db)
	if code := p.post("/webhooks/generic", `{"title": "disk full", "fingerprint": "one"}`, nil); code != 202 {
		t.Fatalf("answered %d", code)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"backup", path}, env(db), nil, &out, &errs); code != exitDone || out.String() != "copied to "+path+"\n" {
		t.Fatalf("backup ended with %d: %s%s", code, out.String(), errs.String())
	}
	errs.Reset()
	if code := run(t.Context(), []string{"backup", path}, env(db), nil, &out, &errs); code != exitFailed || strings.Count(errs.String(), "\n") != 1 {
		t.Errorf("over the copy it ended with %d: %s", code, errs.String())
	}
	if list := live(serving(t, "DATABASE_URL=sqlite:"+path)); len(list) != 1 || list[0].Fingerprint != "one" {
		t.Errorf("the copy serves %+v", list)
	}
}

func TestWithoutABotDecisionsGoToTheIncomingWebhook(t *testing.T) {
	s := slack(t, slackfake.Config{})
	p := serving(t, sqliteDB(t), "SLACK_WEBHOOK_URL="+s.WebhookURL(channel))
	if code := p.post("/api/v1/decisions/stream-anomaly", anomaly, nil); code != 202 {
		t.Fatalf("stream-anomaly answered %d", code)
	}
	snap := until(t, s, 10*time.Second, "the decision", func(p *slackfake.Snapshot) bool {
		for _, m := range p.Messages(channel) {
			if strings.Contains(m.Visible(), "Throttle connections to 30%") {
				return true
			}
		}
		return false
	})
	messages := snap.Messages(channel)
	if text := messages[0].Visible(); len(messages) != 1 || !strings.Contains(text, "Incident Decision: INC-2025-001") || len(messages[0].Buttons()) != 0 {
		t.Errorf("%d messages, the first:\n%s", len(messages), text)
	}
}

func TestItServesWithoutAnySettingsAndSaysThatSlackIsOff(t *testing.T) {
	p := serving(t)
	var d engine.Decision
	if code := p.post("/api/v1/decisions/analyze", `{"error_type":"kafka_consumer_lag","spike_percentage":320}`, &d); code != 200 || d.Match() == "" {
		t.Errorf("answered %d: %+v", code, d)
	}
	if !strings.Contains(p.log.String(), "Slack is off: set SLACK_APP_TOKEN") {
		t.Errorf("the log does not say that Slack is off:\n%s", p.log)
	}
	if code := p.stop(); code != exitDone {
		t.Errorf("SIGTERM ended it with %d", code)
	}
}
