package engine_test

import (
	"strings"
	"testing"

	"ragoffire/engine"
)

func TestWhatIsTakenOutHasLabelsLikeAnyOther(t *testing.T) {
	r := newRig(t)
	to := r.ingest(alert("a")).Alerts[0].IncidentID
	r.merge(r.ingest(alert("b", service("cart"), func(a *engine.Alert) { a.Name, a.Labels = "CartDown", nil })).Alerts[0].IncidentID, to)
	i, err := r.Split(t.Context(), to, engine.Cut{Alerts: []string{"CartDown"}, Actor: "ann"})
	if err != nil || i.Labels == nil || r.detail(i.ID).Labels == nil {
		t.Errorf("%v, %v; JSON shows null", i.Labels, err)
	}
}

func TestWhatWasMergedLeadsToWhereItsAlertsAreInTheEnd(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(past("PM-1", "database_timeout", "checkout", 450, "Throttle connections"))
	a := r.ingest(alert("a", func(a *engine.Alert) { a.ErrorType = "database_timeout" })).Alerts[0].IncidentID
	b := r.ingest(alert("b", service("cart"))).Alerts[0].IncidentID
	c := r.ingest(alert("c", service("stock"))).Alerts[0].IncidentID
	d := r.ingest(alert("d", service("mail"))).Alerts[0].IncidentID
	d1 := r.decision(a)
	r.merge(a, b)
	r.merge(b, c)
	r.merge(c, d)
	if _, err := r.Review(t.Context(), d1.ID, engine.Review{Verdict: engine.Approve, Actor: "ann"}); err == nil || !strings.HasSuffix(err.Error(), "merged into "+d) {
		t.Errorf("approving the first's advice: %v; want it to name %s", err, d)
	}
	if _, _, err := r.SetSeverity(t.Context(), a, "ann", engine.SeverityLow, ""); err == nil || !strings.Contains(err.Error(), "merged into "+d) {
		t.Errorf("the severity of the first: %v; want it to lead to %s", err, d)
	}
	if _, err := r.SendUpdate(t.Context(), a, "ann", "all well", ""); err == nil || !strings.Contains(err.Error(), "merged into "+d) {
		t.Errorf("an update of the first: %v; want it to lead to %s", err, d)
	}
	for _, id := range []string{a, b, c} {
		if got := r.detail(id); got.MergedInto != d || got.DuplicateOf != d {
			t.Errorf("%s is said to be merged into %s, a duplicate of %s; want %s", id, got.MergedInto, got.DuplicateOf, d)
		}
	}
	if got := r.detail(d); len(got.Alerts) != 4 || len(got.Merged) != 3 {
		t.Errorf("%d alerts, of %v; want all four", len(got.Alerts), got.Merged)
	}
	if _, err := r.Reopen(t.Context(), a, "ann"); err == nil || !strings.Contains(err.Error(), d) {
		t.Errorf("reopening the first: %v; want it to name %s", err, d)
	}
}

func TestAnIncidentIsNoDuplicateOfWhatWasMergedIntoIt(t *testing.T) {
	r := newRig(t)
	to, from := r.pair()
	r.merge(from, to)
	_, err := r.Resolve(t.Context(), to, engine.Resolution{Actor: "ann", Reason: engine.ReasonDuplicate, DuplicateOf: from})
	if engine.KindOf(err) != engine.Invalid || !strings.Contains(err.Error(), from+" was merged into this one") {
		t.Errorf("got %v", err)
	}
	if got := r.detail(to); got.Status != engine.Open || got.DuplicateOf != "" {
		t.Errorf("it is %s, a duplicate of %q", got.Status, got.DuplicateOf)
	}
}
