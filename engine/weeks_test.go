package engine_test

import (
	"fmt"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestWeeksCountWhatBeganInThem(t *testing.T) {
	r := newRig(t, func(c *engine.Config) { c.NoServiceGroups = true }) // it is a Monday, 03:00
	do := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	opens := func(fingerprint string) string {
		return r.ingest(alert(fingerprint, func(a *engine.Alert) { a.StartedAt = r.clock.Now() })).Alerts[0].IncidentID
	}
	old := opens("old")
	r.clock.Advance(10 * time.Minute)
	do(r.Acknowledge(t.Context(), old, "ann"))
	r.clock.Advance(20 * time.Minute)
	do(r.Resolve(t.Context(), old, engine.Resolution{Actor: "ann", Resolution: "restarted it"}))
	r.clock.Advance(14 * 24 * time.Hour)
	late := opens("late")
	r.clock.Advance(30 * time.Minute)
	do(r.Acknowledge(t.Context(), late, "ann"))
	action := "x"
	var list []engine.Decision
	for n, d := range []engine.Decision{
		{Status: engine.Approved, RecommendedAction: &action, Outcome: &engine.Outcome{Outcome: engine.Worked}},
		{Status: engine.Approved, RecommendedAction: &action},
		{Status: engine.Rejected, RecommendedAction: &action},
		{Status: engine.Proposed, Abstained: true},
		{Status: engine.Approved, RecommendedAction: &action, Example: true},
	} {
		d.ID, d.CreatedAt = fmt.Sprint("dec_", n), r.clock.Now()
		list = append(list, d)
	}
	do(nil, r.store.Update(t.Context(), func(tx engine.Tx) error { return tx.PutDecisions(t.Context(), list) }))
	began := r.clock.Now()
	do(nil, r.AddHistory(t.Context(), []engine.Incident{{ID: "PM-1", Title: "Past", Historical: true, Status: engine.Resolved, Resolution: "y", StartedAt: began}}, nil))

	got, err := r.Weeks(t.Context(), 4)
	do(nil, err)
	if len(got.List) != 4 || got.Short || !got.List[0].From.Equal(time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)) {
		t.Fatalf("%+v", got)
	}
	if w := got.List[0]; w.Opened != 0 || w.Advised+w.Silent != 0 {
		t.Errorf("the week before anything: %+v", w)
	}
	if w := got.List[1]; w.Opened != 1 || w.Acked != 1 || w.MTTA != 10*time.Minute || w.Resolved != 1 || w.MTTR != 30*time.Minute {
		t.Errorf("the first week: %+v", w)
	}
	if w := got.List[3]; w.Opened != 1 || w.MTTA != 30*time.Minute || w.Resolved != 0 || w.MTTR != 0 ||
		w.Advised != 3 || w.Silent != 1 || w.Approved != 2 || w.Rejected != 1 || w.Worked != 1 || w.Failed != 0 || w.NotAnswered != 1 {
		t.Errorf("this week: %+v", w)
	}
}

func TestASearchKeepsWhatItsFiltersSay(t *testing.T) {
	r := newRig(t)
	var past []engine.Incident
	for n := range 60 { // more than a search gives, all of them nearer
		past = append(past, engine.Incident{
			ID: fmt.Sprintf("PM-%02d", n), Title: "Disk is full", Symptom: "disk full disk full", Service: "search", ErrorType: "disk_full", Severity: engine.SeverityLow,
			Historical: true, Status: engine.Resolved, Resolution: "Delete old indices",
		})
	}
	past = append(past, engine.Incident{
		ID: "PM-X", Title: "Orders stop, and long after that somebody found that the disk was full", Service: "check-out", ErrorType: "Disk Full", Severity: engine.SeverityCritical,
		Historical: true, Status: engine.Resolved, Resolution: "Rotate the logs", StartedAt: r.clock.Now(),
	})
	if err := r.AddHistory(t.Context(), past, []engine.Runbook{{ID: "RB-1", Title: "Disk full", Service: "checkout", Text: "Disk full: delete."}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		q    engine.SearchQuery
		want []string
	}{
		"of one service, however it is written": {engine.SearchQuery{Service: "Check_Out"}, []string{"PM-X"}},
		"of one severity":                       {engine.SearchQuery{Severity: engine.SeverityCritical}, []string{"PM-X"}},
		"of one type":                           {engine.SearchQuery{ErrorType: "disk-full", Severity: engine.SeverityCritical}, []string{"PM-X"}},
		"of a kind and a service":               {engine.SearchQuery{Kind: engine.KindRunbook, Service: "checkout"}, []string{"RB-1"}},
		"none of such a service":                {engine.SearchQuery{Service: "payments"}, nil},
		"an id that is not of the service":      {engine.SearchQuery{Text: "PM-01", Service: "checkout"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if c.q.Text == "" {
				c.q.Text = "disk full"
			}
			found, err := r.Search(t.Context(), c.q)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, f := range found {
				ids = append(ids, f.ID)
			}
			if fmt.Sprint(ids) != fmt.Sprint(c.want) {
				t.Errorf("found %v, want %v", ids, c.want)
			}
		})
	}
	found, err := r.Search(t.Context(), engine.SearchQuery{Text: "disk full", K: 3})
	if err != nil || len(found) != 3 {
		t.Fatalf("%d found, %v", len(found), err)
	}
}
