package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
)

// A model that takes a question and never answers holds nothing up: the alert and
// its decision are out while it is still being asked.
func TestAModelThatHangsHoldsNothingUp(t *testing.T) {
	asked, end := make(chan struct{}, 100), make(chan struct{})
	model := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case asked <- struct{}{}:
		default:
		}
		select {
		case <-end:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(model.Close)
	t.Cleanup(func() { close(end) })
	s := slack(t, slackfake.Config{})
	p := serving(t, append(slackEnv(s, sqliteDB(t)), "OPENAI_MODEL=m1", "OPENAI_API_KEY=k", "OPENAI_BASE_URL="+model.URL+"/v1",
		"ROF_CONFIG="+write(t, "model: {timeout: 20s}\n"))...)
	connected(t, s)
	if code := p.post("/api/v1/decisions/stream-anomaly", anomaly, nil); code != http.StatusAccepted {
		t.Fatalf("answered %d", code)
	}
	select {
	case <-asked:
	case <-time.After(20 * time.Second):
		t.Fatal("the model was not asked")
	}
	until(t, s, 15*time.Second, "the alert and its decision", func(p *slackfake.Snapshot) bool {
		return len(summaries(p)) == 1 && len(p.Thread(channel, summaries(p)[0].TS)) == 3
	})
	if _, checks := p.readiness(); checks["model"].State != "ok" {
		t.Errorf("the model is given up already, so nothing was shown: %+v", checks)
	}
	wait(t, 60*time.Second, "/readyz to name the model", func() bool {
		status, checks := p.readiness()
		return status == http.StatusOK && checks["model"].State == "degraded"
	})
	if code := p.stop(); code != exitDone {
		t.Errorf("SIGTERM ended it with %d", code)
	}
}
