package webhook_test

import (
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/webhook"
)

func TestReadinessTellsTheModelAndTheQueueAndStaysReady(t *testing.T) {
	r := start(t, func(c *webhook.Config) {
		c.Model = func() webhook.SlackState { return webhook.SlackState{State: "degraded", Detail: "no answer"} }
	})
	got := r.do("GET", "/readyz", "").want(t, 200)
	if got.field(t, "checks.model.state") != "degraded" || got.field(t, "checks.queue.state") != "ok" || got.field(t, "status") != "ready" {
		t.Errorf("readyz = %s", got.body)
	}
	// Nobody works here, so what is due stays.
	err := r.away.Update(t.Context(), func(tx engine.Tx) error {
		return tx.Enqueue(t.Context(), engine.Job{Kind: "k", Subject: "s", At: time.Now().Add(-2 * time.Minute)})
	})
	if err != nil {
		t.Fatal(err)
	}
	got = r.do("GET", "/readyz", "").want(t, 200)
	if detail, _ := got.field(t, "checks.queue.detail").(string); got.field(t, "checks.queue.state") != "behind" || !strings.Contains(detail, "2m") {
		t.Errorf("readyz = %s", got.body)
	}
}
