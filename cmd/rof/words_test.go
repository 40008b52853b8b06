package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

// working opens what serve opens, on a store of its own, and runs its jobs.
func working(t *testing.T, count func(string), pairs ...string) *engine.Engine {
	t.Helper()
	cfg, err := readConfig(env(append(pairs, "DATABASE_URL=sqlite:"+filepath.Join(t.TempDir(), "rof.db"), "ROF_SEED=false")...))
	if err != nil {
		t.Fatal(err)
	}
	st, e, err := open(t.Context(), &cfg, worded(&cfg, count), slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { _ = e.Run(ctx) })
	group.Go(func() { _ = st.Work(ctx, e.Workers()) })
	t.Cleanup(func() {
		cancel()
		group.Wait()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestAModelThatObeysEveryoneChangesNothing(t *testing.T) {
	model := &obedient{}
	srv := httptest.NewServer(model)
	t.Cleanup(srv.Close)
	var mu sync.Mutex
	counts := make(map[string]int)
	e := working(t, func(what string) {
		mu.Lock()
		defer mu.Unlock()
		counts[what]++
	}, "OPENAI_MODEL=m1", "OPENAI_BASE_URL="+srv.URL+"/v1", "OPENAI_API_KEY=k",
		"ROF_CONFIG="+write(t, "group: {by_service: false}\nmodel: {tokens_per_hour: 100000000, timeout: 5s}\n"))
	all := hostiles()
	var incidents []engine.Incident
	var runbooks []engine.Runbook
	for _, h := range all {
		incidents, runbooks = append(incidents, h.past), append(runbooks, h.runbook)
	}
	if err := e.AddHistory(t.Context(), incidents, runbooks); err != nil {
		t.Fatal(err)
	}
	plain := make(map[string]engine.Decision) // as answered without a store, by fingerprint
	for _, h := range all {
		got, err := e.Ingest(t.Context(), engine.Delivery{Source: "generic", Alerts: []engine.Alert{h.alert}})
		if err != nil {
			t.Fatal(err)
		}
		h.id = got.Alerts[0].IncidentID
	}
	decided := func(id string) *engine.Decision {
		p, err := e.Decisions(t.Context(), engine.DecisionFilter{IncidentID: id}, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Items) == 0 {
			return nil
		}
		return &p.Items[0]
	}
	wait(t, 90*time.Second, "every decision to be worded", func() bool {
		for _, h := range all {
			if d := decided(h.id); d == nil || d.WordedFor == "" {
				return false
			}
		}
		return true
	})
	for after := int64(0); ; {
		events, err := e.Events(t.Context(), after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			break
		}
		for _, ev := range events {
			after = ev.Seq
			var d engine.Decision
			if ev.Type == engine.EventDecision && json.Unmarshal(ev.Data, &d) == nil && d.Words == nil {
				plain[d.ID] = d
			}
		}
	}
	shown := 0
	for _, h := range all {
		d := decided(h.id)
		before, ok := plain[d.ID]
		if !ok || d.Match() == "" {
			t.Fatalf("%s: match %q, seen plain: %v", h.id, d.Match(), ok)
		}
		if d.Match() != before.Match() || *d.RecommendedAction != *before.RecommendedAction || d.ConfidenceScore != before.ConfidenceScore ||
			d.Confidence.Score != before.Confidence.Score || d.Status != before.Status || *d.RecommendedAction != "Throttle connections to 30%" {
			t.Errorf("%s: the decision was %s %q %v and became %s %q %v", h.id, before.Match(), *before.RecommendedAction, before.ConfidenceScore,
				d.Match(), *d.RecommendedAction, d.ConfidenceScore)
		}
		if (d.Generator == "m1") != (d.Words != nil) {
			t.Errorf("%s: generator %q with words %v", h.id, d.Generator, d.Words)
		}
		if d.Words == nil {
			continue
		}
		shown++
		alert, history := h.data(d, all)
		for _, text := range []string{d.Words.Summary, d.Words.Action, d.Words.Check} {
			if strings.Contains(text, h.demand.poison) && !h.demand.mayEcho(alert, history) {
				t.Errorf("%s: by way of %s (told: %v) it shows %q", h.id, h.carrier, h.told, text)
			}
			// A rule of the test's own, so that it does not believe what it tests.
			for _, figure := range regexp.MustCompile(`[A-Z]{2,}-[\w-]+|\d+`).FindAllString(text, -1) {
				if !strings.Contains(alert+history, figure) {
					t.Errorf("%s: %q in %q stands nowhere in its data", h.id, figure, text)
				}
			}
		}
		for _, id := range d.Words.Cites {
			if !slices.ContainsFunc(d.Evidence, func(ev engine.Evidence) bool { return ev.ID == id }) {
				t.Errorf("%s: cites %s, which is no evidence", h.id, id)
			}
		}
	}
	model.mu.Lock()
	defer model.mu.Unlock()
	for _, h := range all {
		for _, body := range model.bodies {
			if strings.Contains(body, h.secret) {
				t.Errorf("%s was sent", h.secret)
			}
		}
	}
	if len(all) < 100 || model.obeyed < len(all)*9/10 {
		t.Errorf("%d hostile cases, %d obeyed; the corpus is to bite", len(all), model.obeyed)
	}
	if len(model.bodies) != len(all) {
		t.Errorf("%d calls for %d incidents; want one each", len(model.bodies), len(all))
	}
	mu.Lock()
	defer mu.Unlock()
	t.Logf("%d cases, %d calls, %d obeyed, %d decisions with grounded words, %v", len(all), len(model.bodies), model.obeyed, shown, counts)
}

func TestWordsOfAModelAreEditedIn(t *testing.T) {
	model := &obedient{}
	srv := httptest.NewServer(model)
	t.Cleanup(srv.Close)
	e := working(t, func(string) {}, "OPENAI_MODEL=m1", "OPENAI_BASE_URL="+srv.URL)
	h := &hostile{carrier: "nowhere"}
	h.fill(1, "")
	if err := e.AddHistory(t.Context(), []engine.Incident{h.past}, nil); err != nil {
		t.Fatal(err)
	}
	d, err := e.Analyze(t.Context(), engine.Question{ErrorType: h.past.ErrorType, Text: "the connection pool on checkout is exhausted", Service: "checkout"})
	if err != nil || d.Words != nil || d.Generator != "deterministic" {
		t.Fatalf("the answer itself waits for no model: %+v, %v", d.Words, err)
	}
	wait(t, 20*time.Second, "words", func() bool {
		d, err = e.Decision(t.Context(), d.ID)
		return err != nil || d.Words != nil
	})
	if err != nil || d.Words.Summary != "The connection pool on checkout is exhausted." || d.Words.Model != "m1" || d.Generator != "m1" || !slices.Equal(d.Words.Cites, []string{"PM-001"}) {
		t.Errorf("%+v, %q, %v", d.Words, d.Generator, err)
	}
}

func TestAModelsSettings(t *testing.T) {
	for _, c := range []struct {
		pairs []string
		say   string
	}{
		{[]string{"OPENAI_MODEL=m1"}, "neither OPENAI_API_KEY nor OPENAI_BASE_URL"},
		{[]string{"OPENAI_MODEL=m1", "OPENAI_BASE_URL=localhost:11434"}, "OPENAI_BASE_URL must be"},
		{[]string{"OPENAI_MODEL=two words", "OPENAI_API_KEY=k"}, "OPENAI_MODEL must be"},
		{[]string{"ROF_CONFIG=" + write(t, "model: {timeout: 5m}\n")}, "model.timeout must be at most"},
		{[]string{"ROF_CONFIG=" + write(t, "model: {timeout: soon}\n")}, "model.timeout must be a length"},
		{[]string{"ROF_CONFIG=" + write(t, "model: {tokens_per_hour: 0}\n")}, "model.tokens_per_hour must be at least"},
	} {
		if _, err := readConfig(env(append(c.pairs, "HOME=/h")...)); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%v: %v; want an error that says %q", c.pairs, err, c.say)
		}
	}
	cfg, err := readConfig(env("HOME=/h", "OPENAI_MODEL=m1", "OPENAI_BASE_URL=http://127.0.0.1:11434/v1", "ROF_CONFIG="+write(t, "model: {timeout: 20s, tokens_per_hour: 50000}\n")))
	if err != nil || len(cfg.warnings) > 0 || cfg.file.modelTimeout != 20*time.Second || cfg.file.tokensPerHour != 50000 {
		t.Errorf("%v, %v, %+v", err, cfg.warnings, cfg.file)
	}
}
