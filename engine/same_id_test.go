package engine_test

import (
	"slices"
	"testing"

	"ragoffire/engine"
)

// A post-mortem and a runbook that are named after the same alert have one id,
// where it is their file's.
func TestAPastIncidentAndARunbookMayHaveOneID(t *testing.T) {
	r := newRig(t)
	then := past("RedisDown", "", "", 0, "Failed back to the old master by hand")
	then.Title, then.Symptom, then.Spike = "Redis was down after a failover", "Sessions were lost and the master was gone", nil
	r.learnt(then)
	book := engine.Runbook{ID: "RedisDown", Title: "RedisDown", Alerts: []string{"RedisDown"}, Text: "Look at sentinel", Mitigation: "Restart sentinel"}
	if err := r.AddHistory(t.Context(), nil, []engine.Runbook{book}); err != nil {
		t.Fatal(err)
	}
	q := engine.Question{Text: "Redis was down after a failover: sessions were lost and the master was gone", Labels: map[string]string{"alertname": "RedisDown"}}
	d := r.ask(q)
	kinds := func(d engine.Decision) (kinds []string) {
		for _, e := range d.Evidence {
			kinds = append(kinds, e.Kind)
			if named := slices.Contains(e.Why, "the alert names it"); named != (e.Kind == engine.KindRunbook) {
				t.Errorf("the %s: %v", e.Kind, e.Why)
			}
		}
		return kinds
	}
	if got := kinds(d); !slices.Equal(got, []string{engine.KindIncident, engine.KindRunbook}) {
		t.Errorf("the evidence is %v, want both", got)
	}
	r.judge(d.ID, engine.Review{Verdict: engine.Approve})
	r.outcome(d.ID, engine.Failed)
	if d := r.ask(q); d.MatchedRunbook == nil || d.ConfidenceScore < 0.80 || len(kinds(d)) != 2 {
		t.Errorf("%s, %v, of %v; the runbook has not failed", recommended(d), d.ConfidenceScore, kinds(d))
	}
}
