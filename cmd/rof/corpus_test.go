package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/hostiletest"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
	"ragoffire/webhook"
)

// besieged is a whole rof with a Slack, a model and every door open, and the
// texts that come through them.
type besieged struct {
	*testing.T
	slack     *slackfake.Slack
	engine    *engine.Engine
	store     engine.Store
	url       string
	texts     []string
	incidents []string // of the alerts
	mu        sync.Mutex
	counts    map[string]int
}

// at is the n-th text, beginning again after the last.
func (b *besieged) at(n int) string { return b.texts[n%len(b.texts)] }

func (b *besieged) count(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts[what]++
}

func newBesieged(t *testing.T) *besieged {
	t.Helper()
	b := &besieged{T: t, texts: hostiletest.Texts(t), counts: map[string]int{}}
	model := httptest.NewServer(http.HandlerFunc(b.model))
	t.Cleanup(model.Close)
	b.slack = slack(t, slackfake.Config{Pace: slackfake.Pace{Off: true}})
	cfg, err := readConfig(env("DATABASE_URL=sqlite:"+filepath.Join(t.TempDir(), "rof.db"), "ROF_SEED=true", "ROF_LISTEN=127.0.0.1:0",
		"SLACK_APP_TOKEN="+b.slack.AppToken(), "SLACK_BOT_TOKEN="+b.slack.BotToken(), "SLACK_API_URL="+b.slack.URL(), "SLACK_CHANNEL="+channel,
		"OPENAI_MODEL=m1", "OPENAI_BASE_URL="+model.URL+"/v1", "OPENAI_API_KEY=k",
		"ROF_CONFIG="+write(t, "group: {by_service: false}\nlink_hosts: [runbooks.example.com]\nmodel: {tokens_per_hour: 100000000, timeout: 5s}\n")))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	st, e, err := open(t.Context(), &cfg, worded(&cfg, b.count), log)
	if err != nil {
		t.Fatal(err)
	}
	b.store, b.engine = st, e
	robot, err := bot.New(bot.Config{
		Engine: e, Store: st, BotToken: cfg.slackBot, AppToken: cfg.slackApp, APIURL: cfg.slackAPI, LinkHosts: cfg.file.linkHosts, Count: b.count,
		Pace: engine.Pace{Burst: 1 << 20, Every: time.Microsecond}, Stagger: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := webhook.New(webhook.Config{Engine: e, Listen: cfg.listen, LinkHosts: cfg.file.linkHosts, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	b.url = "http://" + srv.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- together(ctx, srv, e, st, &chat{run: robot.Run, workers: robot.Workers()}, &stream{run: idle})
	}()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, st.Close()); err != nil {
			t.Error(err)
		}
	})
	connected(t, b.slack)
	return b
}

var caseNumber = regexp.MustCompile(`case-(\d+)`)

// model answers with the texts of the alert it is told about: words that stand
// in the alert are the ones that have the best chance of being shown.
func (b *besieged) model(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	n := 0
	if m := caseNumber.FindSubmatch(body); m != nil {
		n, _ = strconv.Atoi(string(m[1]))
	}
	b.count("asked")
	cites := []string{}
	if m := citedID.FindSubmatch(promptOf(body)); m != nil {
		cites = append(cites, string(m[1]))
	}
	words, _ := json.Marshal(map[string]any{
		"summary": "The connection pool on checkout is exhausted " + b.at(4*n), "action": "Throttle connections " + b.at(4*n+1), "check": b.at(4*n + 2),
		"cites": cites,
	})
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"choices": []any{map[string]any{"message": map[string]any{"content": string(words)}}}, "usage": map[string]int{"total_tokens": 1},
	})
}

// promptOf is the last message of a request to a model.
func promptOf(body []byte) []byte {
	var req struct{ Messages []struct{ Content string } }
	if json.Unmarshal(body, &req) != nil || len(req.Messages) == 0 {
		return nil
	}
	return []byte(req.Messages[len(req.Messages)-1].Content)
}

func (b *besieged) post(path, body string) {
	b.Helper()
	resp, err := http.Post(b.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 {
		b.Fatalf("%s answers %s %s", path, resp.Status, said)
	}
}

// quiet waits until nothing is on its way any more.
func (b *besieged) quiet(posts int) {
	b.Helper()
	wait(b, 90*time.Second, "every post to be sent", func() bool {
		n := -1
		if err := b.store.View(b.Context(), func(r engine.Reader) error {
			wanted, err := r.Posts(b.Context(), "", 0)
			n = len(wanted)
			return err
		}); err != nil {
			b.Fatal(err)
		}
		return n == 0 && len(b.slack.Snapshot().BotMessages(channel)) >= posts
	})
}

// alerts sends four texts an alert, in every place that a sender fills.
func (b *besieged) alerts() {
	for n := range (len(b.texts) + 3) / 4 {
		one, two, three, four := b.at(4*n), b.at(4*n+1), b.at(4*n+2), b.at(4*n+3)
		service := "checkout" // many services at once would be a storm, which is not worded
		if n%15 == 0 {
			service = four
		}
		body, _ := json.Marshal(map[string]any{
			"version": "4", "groupKey": fmt.Sprint("g", n), "status": "firing", "receiver": three, "externalURL": four, "groupLabels": map[string]string{"alertname": one},
			"alerts": []any{map[string]any{
				"status": "firing", "fingerprint": fmt.Sprint("f", n), "startsAt": time.Now().UTC().Format(time.RFC3339), "generatorURL": two,
				"labels":      map[string]string{"alertname": one, "severity": three, "service": service, "namespace": four, "pod": two, "cluster": one, "environment": two, "error_type": fmt.Sprintf("fault_%d", n), three: four},
				"annotations": map[string]string{"summary": two, "description": fmt.Sprintf("case-%d %s\n%s", n, one, three), "runbook_url": four, "dashboard_url": one, two: three},
			}},
		})
		b.post("/webhooks/alertmanager", string(body))
		// The channel's message, the plain alert and the decision each; all at once
		// would be a storm, which is told in a digest.
		b.quiet(3 * (n + 1))
	}
	p, err := b.engine.Incidents(b.Context(), engine.IncidentFilter{Live: true}, "", 200)
	if err != nil {
		b.Fatal(err)
	}
	for _, i := range p.Items {
		b.incidents = append(b.incidents, i.ID)
	}
	wait(b, 60*time.Second, "every decision to be worded", func() bool {
		p, err := b.engine.Decisions(b.Context(), engine.DecisionFilter{}, "", 200)
		if err != nil {
			b.Fatal(err)
		}
		waiting, incidents := 0, map[string]bool{}
		for _, d := range p.Items { // newest first: the others are not worded any more
			if d.IncidentID != nil && !incidents[*d.IncidentID] && !d.Abstained && d.RecommendedAction != nil && d.Outdated == "" && d.WordedFor == "" {
				waiting++
			}
			if d.IncidentID != nil {
				incidents[*d.IncidentID] = true
			}
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		return waiting <= b.counts["failed"] // what the model said could not be read
	})
}

// imports has past incidents of nothing but such texts.
func (b *besieged) imports() {
	var rows bytes.Buffer
	for n := range b.texts {
		row, _ := json.Marshal(map[string]any{
			"kind": "incident", "id": fmt.Sprintf("PM-%03d", n), "title": b.at(n), "symptom": "pool exhausted " + b.at(n+1), "resolution": b.at(n), "root_cause": b.at(n),
			"service": b.at(n + 2), "severity": b.at(n), "error_type": fmt.Sprintf("fault_%d", n), "text": b.at(n), "labels": map[string]string{"x": b.at(n)},
		})
		rows.Write(append(row, '\n'))
	}
	b.post("/api/v1/import", rows.String())
}

// types has people type every text, behind one verb or another.
func (b *besieged) types() {
	for n := range b.texts {
		text, incident := b.at(n), b.incidents[n%len(b.incidents)]
		typed := []string{
			text, "analyze " + text, "similar " + text, "show " + text, "outcome worked " + incident + " " + text,
			"reject " + incident + " " + text, "approve " + text, "why " + text,
		}[n%8]
		user := fmt.Sprintf("U1%03d", n)
		b.slack.AddUser(slackfake.User{ID: user, Name: text})
		if err := b.slack.Join(channel, user); err != nil {
			b.Fatal(err)
		}
		for _, command := range []string{typed, fmt.Sprintf("show PM-%03d", n)} {
			if _, err := b.slack.SlashCommand(b.Context(), slackfake.Command{User: user, Channel: channel, Command: "/incident", Text: command}); err != nil {
				b.Fatalf("%q: %v", command, err)
			}
		}
		if n%4 == 0 {
			if _, err := b.slack.Mention(user, channel, "", text); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// submits puts every text into the fields of the dialogs.
func (b *besieged) submits() {
	const user = "U0ALICE"
	for n, incident := range b.incidents {
		command, fields := "resolve", map[string]map[string]any{
			"outcome": {"outcome": "fixed"}, "resolution": {"resolution": b.at(4 * n)}, "root_cause": {"root_cause": b.at(4*n + 1)},
		}
		if n%2 == 0 {
			command, fields = "reject", map[string]map[string]any{
				"reason": {"reason": b.at(4*n + 2)}, "correct_action": {"correct_action": b.at(4*n + 3)}, "correct_incident": {"correct_incident": "INC-2025-004"},
			}
		}
		before := len(b.slack.Snapshot().Ephemerals(user)) + len(b.slack.Snapshot().Replies(""))
		if _, err := b.slack.SlashCommand(b.Context(), slackfake.Command{User: user, Channel: channel, Command: "/incident", Text: command + " " + incident}); err != nil {
			b.Fatal(err)
		}
		var view string
		until(b.T, b.slack, 20*time.Second, "a dialog or its refusal", func(p *slackfake.Snapshot) bool {
			if open := p.Views(user); len(open) > 0 {
				view = open[len(open)-1].ID
				return true
			}
			return len(p.Ephemerals(user))+len(p.Replies("")) > before
		})
		if view == "" {
			continue // somebody has judged or resolved it by command
		}
		sub, err := b.slack.SubmitView(b.Context(), user, view, fields)
		if err != nil {
			b.Fatal(err)
		}
		b.count("submitted")
		if sub.Action != "" { // a text of nothing that can be seen is no reason
			if err := b.slack.CloseView(b.Context(), user, view); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func TestHostileTextComesThroughEveryDoorAndDoesNothing(t *testing.T) {
	b := newBesieged(t)
	b.imports()
	b.alerts()
	b.submits()
	b.types()
	until(t, b.slack, 60*time.Second, "every command to be answered", func(p *slackfake.Snapshot) bool {
		return len(p.Replies("")) >= len(b.texts) // those of show at least
	})
	b.quiet(len(b.incidents) * 3)
	p := b.slack.Snapshot()
	for _, ping := range p.Pings() {
		t.Errorf("%s pings %s %s in %s: %s", ping.Via, ping.Kind, ping.ID, ping.Where, saidAt(p, ping.Place))
	}
	for _, l := range p.Links() {
		if !strings.HasPrefix(l.URL, "https://runbooks.example.com/") {
			t.Errorf("%s links to %s (%s) in %s: %s", l.Via, l.URL, l.Kind, l.Where, saidAt(p, l.Place))
		}
	}
	for _, c := range p.Calls("") {
		if c.Error != "" && c.Error != "metadata_not_found" {
			t.Errorf("%s answers %s", c.Method, c.Error)
		}
	}
	for _, m := range p.BotMessages(channel) {
		if len(m.Blocks) == 0 || m.UnfurlLinks || m.UnfurlMedia {
			t.Errorf("%q was sent without blocks or unfurls", m.Text)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	t.Logf("%d texts, %d incidents, %d messages, %d answers, counted %v", len(b.texts), len(b.incidents), len(p.BotMessages(channel)), len(p.Replies("")), b.counts)
	if len(b.texts) < 200 || len(b.incidents) < len(b.texts)/4 || b.counts["submitted"] < len(b.incidents)/2 || b.counts["asked"] < len(b.incidents)/2 {
		t.Errorf("the siege is too weak: %d texts, %d incidents, %v", len(b.texts), len(b.incidents), b.counts)
	}
}

// saidAt is the message in which something stood.
func saidAt(p *slackfake.Snapshot, at slackfake.Place) string {
	if m := p.Message(at.Channel, at.TS); m != nil {
		return fmt.Sprintf("%q %s", m.Text, m.Visible())
	}
	return at.View
}
