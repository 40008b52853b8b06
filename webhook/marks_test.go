package webhook_test

import (
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestWhatIsHeldBackIsMarkedAndComesAfterWhatIsNot(t *testing.T) {
	r := start(t, nil)
	p, err := r.engine.ProposeSilence(t.Context(), engine.Silence{By: "ann", Match: []engine.Matcher{{Name: "service", Value: "checkout"}}, For: time.Hour, Reason: "move"})
	check(t, err)
	_, err = r.engine.ConfirmSilence(t.Context(), p.ID, "ann")
	check(t, err)
	send := func(service, severity string) string {
		id, _ := r.do("POST", "/api/v1/decisions/stream-anomaly", anomaly(map[string]any{"service": service, "severity": severity, "fingerprint": service})).want(t, 202).field(t, "incident_id").(string)
		return id
	}
	muted, loud := send("checkout", "critical"), send("cart", "low")
	board := string(r.do("GET", "/", "").want(t, 200).body)
	first, second, found := strings.Cut(board, `<li id="row-`+muted)
	if !found || !strings.Contains(first, `<li id="row-`+loud) || strings.Contains(first, "Silenced till") || !strings.Contains(second, `title="silenced by ann: move">Silenced till <time`) {
		t.Errorf("the silenced one is not marked, or not under the other:\n%s", board)
	}
	if page := string(r.do("GET", "/i/"+muted, "", "Accept: text/html").want(t, 200).body); strings.Count(page, "Silenced till") != 2 {
		t.Error("its page does not mark it, in the list and at the top")
	}

	_, err = r.engine.Assign(t.Context(), loud, engine.Person{Name: "ann"}, &engine.Person{Name: "ann"})
	check(t, err)
	r.do("POST", "/webhooks/generic", anomaly(map[string]any{"service": "cart", "severity": "low", "fingerprint": "cart", "status": "resolved"})).want(t, 202)
	if board := string(r.do("GET", "/", "").want(t, 200).body); !strings.Contains(board, "All clear: close it?") {
		t.Error("what is proposed for closing is not marked")
	}
}
