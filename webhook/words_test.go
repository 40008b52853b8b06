package webhook_test

import (
	"context"
	"strings"
	"testing"

	"ragoffire/engine"
)

func TestTheCardShowsAModelsWordsAsSuch(t *testing.T) {
	r := start(t, nil).withSeeds()
	r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
	var d engine.Decision
	eventually(t, "a decision", func() bool {
		p, err := r.engine.Decisions(context.Background(), engine.DecisionFilter{}, "", 1)
		check(t, err)
		if len(p.Items) > 0 {
			d = p.Items[0]
		}
		return d.ID != ""
	})
	page := func() string {
		return string(r.do("GET", "/i/"+*d.IncidentID, "", "Accept: text/html").want(t, 200).body)
	}
	if strings.Contains(page(), "In short") {
		t.Error("words are shown before there are any")
	}
	d.Generator = "m-1"
	d.Words = &engine.Wording{Summary: "The pool is <b>exhausted</b>\u202e.", Check: "Pool size.", Model: "m-1", Cites: []string{"INC-2025-001"}}
	check(t, r.away.Store.Update(context.Background(), func(tx engine.Tx) error {
		if err := tx.PutDecisions(context.Background(), []engine.Decision{d}); err != nil {
			return err
		}
		ev, err := engine.NewEvent(engine.EventDecision, d.CreatedAt, d)
		check(t, err)
		return tx.Emit(context.Background(), ev)
	}))
	eventually(t, "the words", func() bool { return strings.Contains(page(), "In short") })
	got := page()
	for _, want := range []string{
		"<p>The pool is &lt;b&gt;exhausted&lt;/b&gt;.</p>", "<p>Check first: Pool size.</p>", "worded by m-1 · from INC-2025-001", "from history, worded by m-1",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(got, "What to do") {
		t.Error("a text that the model did not write has a name")
	}
}
