package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// ask analyzes a question and fails the test where that fails.
func (r *rig) ask(q engine.Question) engine.Decision {
	r.t.Helper()
	d, err := r.Analyze(r.t.Context(), q)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func (r *rig) judge(id string, rv engine.Review) engine.Decision {
	r.t.Helper()
	if rv.Actor == "" {
		rv.Actor = "ann"
	}
	d, err := r.Review(r.t.Context(), id, rv)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func (r *rig) outcome(id string, o engine.Result) engine.Decision {
	r.t.Helper()
	d, err := r.ReportOutcome(r.t.Context(), id, engine.Outcome{Outcome: o, Actor: "ann"})
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func recommended(d engine.Decision) string {
	if d.RecommendedAction == nil {
		return ""
	}
	return *d.RecommendedAction
}

// rivals are two past incidents of one type with different fixes; the first is of
// the size that the tests ask for.
func rivals() []engine.Incident {
	return []engine.Incident{
		past("PM-A", "queue_backlog", "mailer", 200, "Double the workers"),
		past("PM-B", "queue_backlog", "mailer", 380, "Purge the dead letters"),
	}
}

var backlog = engine.Question{ErrorType: "queue_backlog", Spike: ptr(200), Service: "mailer"}

func TestARejectedFixSinksAndComesBack(t *testing.T) {
	r := newRig(t)
	r.learnt(rivals()...)
	d := r.ask(backlog)
	if recommended(d) != "Double the workers" {
		t.Fatalf("at first %q", recommended(d))
	}
	r.judge(d.ID, engine.Review{Verdict: engine.Reject, Reason: "the workers were never short"})
	if d = r.ask(backlog); recommended(d) != "Purge the dead letters" || d.Match() != "PM-B" {
		t.Fatalf("after a rejection %q, %s", recommended(d), d.Match())
	}
	if !slices.ContainsFunc(d.Evidence, func(e engine.Evidence) bool { return e.ID == "PM-A" }) {
		t.Errorf("the nearest incident is not cited any more: %+v", d.Evidence)
	}
	t.Run("another kind of alert is not concerned", func(t *testing.T) {
		r.learnt(past("PM-C", "replica_lag", "mailer", 200, "Double the workers"))
		if d := r.ask(engine.Question{ErrorType: "replica_lag", Spike: ptr(200)}); recommended(d) != "Double the workers" {
			t.Errorf("%q", recommended(d))
		}
	})
	t.Run("with time it comes back", func(t *testing.T) {
		r.clock.Advance(400 * 24 * time.Hour)
		defer r.clock.Advance(-400 * 24 * time.Hour)
		if d := r.ask(backlog); recommended(d) != "Double the workers" {
			t.Errorf("a year later %q", recommended(d))
		}
	})
	t.Run("what works brings it back", func(t *testing.T) {
		for range 3 {
			d := r.ask(backlog)
			r.judge(d.ID, engine.Review{Verdict: engine.Reject, Reason: "the letters were needed", CorrectAction: "Double the workers"})
		}
		if d := r.ask(backlog); recommended(d) != "Double the workers" || d.Match() != "PM-A" {
			t.Errorf("%q of %s", recommended(d), d.Match())
		}
	})
}

func TestASingleRejectionSilencesNothing(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	d := r.ask(backlog)
	r.judge(d.ID, engine.Review{Verdict: engine.Reject, Reason: "not tonight"})
	again := r.ask(backlog)
	if recommended(again) != recommended(d) || again.ConfidenceScore >= d.ConfidenceScore {
		t.Fatalf("after one rejection %q with %v; it was %v", recommended(again), again.ConfidenceScore, d.ConfidenceScore)
	}
	r.judge(again.ID, engine.Review{Verdict: engine.Reject, Reason: "nor tonight"})
	if last := r.ask(backlog); !last.Abstained {
		t.Errorf("after two rejections it still recommends %q", recommended(last))
	}
}

func TestWhatFailedIsNeverRecommended(t *testing.T) {
	r := newRig(t)
	tried := past("PM-1", "queue_backlog", "mailer", 200, "Purge the dead letters")
	tried.Tried = []engine.Attempt{{Action: "Restarted the broker", Outcome: "failed", Note: "the backlog came back"}}
	naive := past("PM-2", "queue_backlog", "mailer", 700, "Restart the broker")
	r.learnt(tried, naive)
	d := r.ask(engine.Question{ErrorType: "queue_backlog", Spike: ptr(700), Service: "mailer"})
	// The nearest incident was fixed by it, so it stays a candidate: worked 1 of 2.
	if recommended(d) != "Restart the broker" || d.Fix.Tried != 2 || d.Fix.Worked != 1 || len(d.Fix.Trials) != 2 {
		t.Fatalf("%q, %+v", recommended(d), d.Fix)
	}
	against := slices.IndexFunc(d.Evidence, func(e engine.Evidence) bool { return e.Stance == engine.Against })
	if against < 0 || d.Evidence[against].ID != "PM-1" || !strings.Contains(strings.Join(d.Evidence[against].Why, " "), "the backlog came back") {
		t.Errorf("what speaks against it is not told: %+v", d.Evidence)
	}
	t.Run("where nothing worked but this failed", func(t *testing.T) {
		if err := r.RemoveHistory(t.Context(), "PM-2"); err != nil {
			t.Fatal(err)
		}
		only := past("PM-3", "cache_stampede", "shop", 200, "Restart the broker")
		only.Tried = []engine.Attempt{{Action: "Restart the broker", Outcome: "failed"}}
		r.learnt(only)
		if d := r.ask(engine.Question{ErrorType: "cache_stampede", Spike: ptr(200)}); !d.Abstained {
			t.Errorf("recommends %q, which failed there", recommended(d))
		}
	})
}

func TestSeveralWitnessesDecideBetweenNearEquals(t *testing.T) {
	r := newRig(t)
	list := []engine.Incident{past("PM-0", "queue_backlog", "mailer", 210, "Restart the broker")}
	for _, id := range []string{"PM-1", "PM-2", "PM-3"} {
		list = append(list, past(id, "queue_backlog", "mailer", 220, "Purged the dead letters"))
	}
	r.learnt(list...)
	d := r.ask(backlog)
	if recommended(d) != "Purged the dead letters" || d.Fix.Worked != 3 {
		t.Errorf("%q with %+v; three of four did something else", recommended(d), d.Fix)
	}
	var against []string
	for _, e := range d.Evidence {
		if e.Stance == engine.Against {
			against = append(against, e.ID)
		}
	}
	if !slices.Contains(against, "PM-0") && len(d.Evidence) > 3 {
		t.Errorf("PM-0 is not named as against: %+v", d.Evidence)
	}
}

func TestOfEquallySureMatchesTheOneOfTheSameSizeIsNamed(t *testing.T) {
	r := newRig(t)
	r.learnt(
		past("PM-1", "queue_backlog", "mailer", 250, "Doubled the workers"),
		past("PM-2", "queue_backlog", "mailer", 280, "Double the workers"),
		past("PM-3", "queue_backlog", "mailer", 230, "Double the workers"),
	)
	// The ceiling of another service makes all three equally sure.
	d := r.ask(engine.Question{ErrorType: "queue_backlog", Spike: ptr(280), Service: "billing"})
	if d.Match() != "PM-2" || d.ConfidenceScore != 0.80 {
		t.Errorf("%s with %v", d.Match(), d.ConfidenceScore)
	}
}

func TestTheRecordOfAFixIsNotFoldedIntoTheConfidence(t *testing.T) {
	r := newRig(t)
	list := rivals()
	for n, fix := range []string{"Restart the broker", "Fail over", "Add a partition"} {
		list = append(list, past("PM-"+string(rune('C'+n)), "queue_backlog", "mailer", 900, fix))
	}
	r.learnt(list...)
	if d := r.ask(backlog); d.ConfidenceScore != 0.95 {
		t.Errorf("%v; same type and size is 0.95, however the others were fixed", d.ConfidenceScore)
	}
}

func TestPeopleSayWhichIncidentItWas(t *testing.T) {
	r := newRig(t)
	r.learnt(append(rivals(), past("PM-X", "poison_message", "mailer", 90, "Skip the poison message"))...)
	d := r.ask(backlog)
	r.judge(d.ID, engine.Review{Verdict: engine.Reject, Reason: "it was one message", CorrectIncident: "PM-X"})
	next := r.ask(backlog)
	i := slices.IndexFunc(next.Evidence, func(e engine.Evidence) bool { return e.ID == "PM-X" })
	if i < 0 || !strings.Contains(strings.Join(next.Evidence[i].Why, "; "), "people said") {
		t.Errorf("the incident that was named is not among the evidence: %+v", next.Evidence)
	}
}

func TestWhatItWasIsAnIncidentThatIsThere(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	id := r.ingest(alert("a", func(a *engine.Alert) { a.ErrorType, a.Spike, a.Service = "queue_backlog", ptr(200), "mailer" })).Alerts[0].IncidentID
	d := r.decision(id)
	for said, says := range map[string]string{"PM-NONE": "there is no incident PM-NONE", id: "this incident itself", "the one in May": "there is no incident"} {
		_, err := r.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Reject, Actor: "ann", CorrectIncident: said})
		if engine.KindOf(err) != engine.Invalid || !strings.Contains(err.Error(), says) {
			t.Errorf("that it was %q is answered with %v, want %q", said, err, says)
		}
	}
	if got := r.stored(d.ID); len(got.Reviews) != 0 || got.Status != engine.Proposed {
		t.Errorf("it is %s with %v; want it to wait for a verdict", got.Status, got.Reviews)
	}
	r.judge(d.ID, engine.Review{Verdict: engine.Reject, CorrectIncident: "PM-B"})
}

func TestARejectedMatchOffersWhatIsRightNext(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(append(rivals(), past("PM-X", "poison_message", "mailer", 90, "Skip the poison message"))...)
	id := r.ingest(alert("a", func(a *engine.Alert) { a.ErrorType, a.Spike, a.Service = "queue_backlog", ptr(200), "mailer" })).Alerts[0].IncidentID
	d := r.decision(id)
	r.clock.Advance(time.Minute)
	r.judge(d.ID, engine.Review{Verdict: engine.Reject, Reason: "it is one message", CorrectIncident: "PM-X"})
	next := r.decisions(id, 2)
	if next[0].Match() == "PM-A" || next[0].Follows != d.ID {
		t.Errorf("after the rejection: %s, following %q", next[0].Match(), next[0].Follows)
	}
	if next[1].SupersededBy != next[0].ID || next[1].Outdated == "" {
		t.Errorf("the rejected one: superseded by %q, outdated %q", next[1].SupersededBy, next[1].Outdated)
	}
}

// decisions waits until an incident has n decisions, the newest first.
func (r *rig) decisions(incidentID string, n int) []engine.Decision {
	r.t.Helper()
	var list []engine.Decision
	r.eventually("decisions on "+incidentID, func() bool {
		list = r.detail(incidentID).Decisions
		return len(list) == n
	})
	return list
}

// eventually waits for what workers bring about.
func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("never: %s", what)
		}
	}
}

func TestAnAlertThatNamesItsRunbookGetsItFirst(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	books := []engine.Runbook{
		{ID: "RB-1", Title: "Mail queue", Text: "What to do about mail.", Mitigation: "Pause the newsletter", URL: "https://wiki.example.com/mail?v=2"},
		{ID: "RB-2", Title: "Broker", Alerts: []string{"BrokerDown"}, Text: "The broker.", Mitigation: "Start the broker"},
		{ID: "RB-3", Title: "Disks", Alerts: []string{"DiskAlmostFull"}, Text: "Make room."},
	}
	if err := r.AddHistory(t.Context(), nil, books); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, match, action string
		alert               func(*engine.Alert)
	}{
		{"by its address", "RB-1", "Pause the newsletter", func(a *engine.Alert) {
			a.Links = []engine.Link{{Rel: "runbook", URL: "http://wiki.example.com/mail/"}}
		}},
		{"by the alert's name", "RB-2", "Start the broker", func(a *engine.Alert) { a.Name = "BrokerDown" }},
		{"without a mitigation of its own", "RB-3", "Follow the runbook Disks", func(a *engine.Alert) { a.Name = "diskalmostfull" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id := r.ingest(alert(tt.name, tt.alert, func(a *engine.Alert) { a.Service, a.Environment = tt.name, "prod" })).Alerts[0].IncidentID
			d := r.decision(id)
			if d.Match() != tt.match || recommended(d) != tt.action || d.ConfidenceScore > 0.90 || d.ConfidenceScore < 0.85 {
				t.Errorf("%s, %q, %v; want %s, %q", d.Match(), recommended(d), d.ConfidenceScore, tt.match, tt.action)
			}
		})
	}
}

func TestNumbersOfAnotherServiceAreMarked(t *testing.T) {
	r := newRig(t)
	r.learnt(past("PM-1", "pool_exhausted", "checkout", 200, "Lower the pool from 200 to 60"))
	d := r.ask(engine.Question{ErrorType: "pool_exhausted", Spike: ptr(200), Service: "payments"})
	if d.Fix == nil || d.Fix.Then != "pool 200 → 60 on checkout" || len(d.Fix.Warnings) != 1 || !strings.Contains(d.Fix.Warnings[0], "payments") {
		t.Errorf("%+v", d.Fix)
	}
	if d := r.ask(engine.Question{ErrorType: "pool_exhausted", Spike: ptr(200), Service: "checkout"}); d.Fix.Then != "" || len(d.Fix.Warnings) != 0 {
		t.Errorf("on the same service: %+v", d.Fix)
	}
}

func TestAChangeJustBeforeComesFirst(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	r.learnt(func() engine.Incident {
		i := past("PM-9", "bad_release", "mailer", 200, "Roll back the release")
		return i
	}())
	before := r.ask(backlog)
	change := engine.Change{Service: "mailer", Kind: "deploy", Ref: "4f1c2e", At: r.clock.Now().Add(-3 * time.Minute)}
	if _, err := r.Ingest(t.Context(), engine.Delivery{Source: "generic", Changes: []engine.Change{change}}); err != nil {
		t.Fatal(err)
	}
	d := r.ask(backlog)
	if len(d.Changes) != 1 || d.ConfidenceScore >= before.ConfidenceScore || !strings.Contains(strings.Join(d.Confidence.Reasons, "; "), "deploy mailer 4f1c2e") {
		t.Errorf("%+v, %v (was %v), %v", d.Changes, d.ConfidenceScore, before.ConfidenceScore, d.Confidence.Reasons)
	}
	if d := r.ask(engine.Question{ErrorType: "bad_release", Spike: ptr(200), Service: "mailer"}); d.ConfidenceScore != 0.95 {
		t.Errorf("a match that a change had broken is lowered by one: %v", d.ConfidenceScore)
	}
	if d := r.ask(engine.Question{ErrorType: "queue_backlog", Spike: ptr(200), Service: "billing"}); len(d.Changes) != 0 {
		t.Errorf("another service's change: %+v", d.Changes)
	}
	r.clock.Advance(30 * time.Minute)
	if d := r.ask(backlog); len(d.Changes) != 1 || d.ConfidenceScore != before.ConfidenceScore {
		t.Errorf("half an hour later: %+v, %v", d.Changes, d.ConfidenceScore)
	}
	r.clock.Advance(30 * time.Minute)
	if d := r.ask(backlog); len(d.Changes) != 0 || d.ConfidenceScore != before.ConfidenceScore {
		t.Errorf("an hour later: %+v, %v", d.Changes, d.ConfidenceScore)
	}
}
