package engine_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/engine"
)

func history() []engine.Incident {
	return []engine.Incident{
		past("PM-1", "queue_backlog", "mailer", 200, "Double the workers"),
		past("PM-2", "replica_lag", "orders", 90, "Move reads to the primary"),
		past("PM-3", "quota_exhausted", "maps", 150, "Raise the quota"),
	}
}

func ptr(f float64) *float64 { return &f }

func TestWhatAQuestionDeniesIsNotItsAnswer(t *testing.T) {
	tests := []struct {
		name, text, match, say string
	}{
		{"one thing denied, another told", "no queue backlog on mailer, but replica lag", "PM-2", "not looked for: queue backlog"},
		{"nothing else told", "it is not the queue backlog", "", "not looked for: the queue backlog"},
	}
	r := newRig(t)
	r.learnt(history()...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := r.Analyze(t.Context(), engine.Question{Text: tt.text})
			if err != nil {
				t.Fatal(err)
			}
			if d.Match() != tt.match || d.Abstained != (tt.match == "") {
				t.Errorf("match %q, abstained %t; want %q", d.Match(), d.Abstained, tt.match)
			}
			if got := strings.Join(d.Confidence.Reasons, "; "); !strings.Contains(got, tt.say) {
				t.Errorf("reasons %q don't say %q", got, tt.say)
			}
			if d.Symptom != tt.text {
				t.Errorf("symptom %q", d.Symptom)
			}
		})
	}
}

func TestAnalyzeAnswersFromHistory(t *testing.T) {
	tests := []struct {
		name   string
		q      engine.Question
		match  string
		score  float64
		say    string
		action string
	}{
		{"the same type and size", engine.Question{ErrorType: "queue_backlog", Spike: ptr(200), Service: "mailer"}, "PM-1", 0.95, "same type and size", "Double the workers"},
		{"the type written another way", engine.Question{ErrorType: "Queue-Backlog", Spike: ptr(200)}, "PM-1", 0.95, "same type and size", "Double the workers"},
		{"twice the size", engine.Question{ErrorType: "queue_backlog", Spike: ptr(400)}, "PM-1", 0.808, "near in size", "Double the workers"},
		{"size unknown", engine.Question{ErrorType: "queue_backlog"}, "PM-1", 0.808, "size unknown", "Double the workers"},
		{"another service, named", engine.Question{ErrorType: "queue_backlog", Spike: ptr(200), Service: "billing"}, "PM-1", 0.80, "worked on mailer; you are on billing", "Double the workers"},
	}
	r := newRig(t)
	r.learnt(history()...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := r.Analyze(t.Context(), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			if d.Match() != tt.match || d.RecommendedAction == nil || *d.RecommendedAction != tt.action {
				t.Fatalf("match %q, action %v; want %q, %q", d.Match(), d.RecommendedAction, tt.match, tt.action)
			}
			if got := d.Evidence[0]; got.ID != tt.match || tt.score == 0.95 && got.Score != 1 {
				t.Errorf("the first evidence is %s at %v; want %s, and 1 for a perfect match", got.ID, got.Score, tt.match)
			}
			if d.ConfidenceScore < tt.score-0.001 || d.ConfidenceScore > tt.score+0.001 {
				t.Errorf("confidence %v; want %v", d.ConfidenceScore, tt.score)
			}
			if got := strings.Join(d.Confidence.Reasons, "; "); !strings.Contains(got, tt.say) {
				t.Errorf("reasons %q don't say %q", got, tt.say)
			}
		})
	}
}

func TestAGuessedTypeIsMarkedAndNeverCertain(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	d, err := r.Analyze(t.Context(), engine.Question{Text: "the queue backlog of the mailer is up 200%", Spike: ptr(200)})
	if err != nil {
		t.Fatal(err)
	}
	if d.Match() != "PM-1" || !d.Confidence.Guessed || d.ConfidenceScore > 0.90 || d.ConfidenceScore < 0.5 {
		t.Errorf("match %q with %v, guessed %v; want PM-1 as a guess of at most 0.90", d.Match(), d.ConfidenceScore, d.Confidence.Guessed)
	}
}

func TestWhatHistoryDoesNotAnswerAbstains(t *testing.T) {
	r := newRig(t)
	empty, err := r.Analyze(t.Context(), engine.Question{Text: "anything at all"})
	if err != nil || !empty.Abstained {
		t.Fatalf("on an empty store: %+v, %v", empty, err)
	}
	r.learnt(history()...)
	for _, q := range []engine.Question{
		{Text: "how do I bake sourdough bread"},
		{ErrorType: "gpu_overheating", Spike: ptr(200)},
		{Text: "der Drucker im dritten Stock klemmt"},
	} {
		d, err := r.Analyze(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if !d.Abstained || d.RecommendedAction != nil || d.Match() != "" || d.Fix != nil || d.ConfidenceScore >= 0.5 {
			t.Errorf("%+v: %q with %v; want no confident match", q, d.Match(), d.ConfidenceScore)
		}
		for _, ev := range d.Evidence {
			if ev.Score >= 0.5 {
				t.Errorf("%+v: the nearest, %s, is said to be at %v", q, ev.ID, ev.Score)
			}
		}
	}
}

func TestOnlyTheFirstOfManyVerdictsCounts(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	d, err := r.Analyze(t.Context(), engine.Question{ErrorType: "queue_backlog", Spike: ptr(200)})
	if err != nil {
		t.Fatal(err)
	}
	var won atomic.Int64
	var group sync.WaitGroup
	for n := range 50 {
		group.Go(func() {
			_, err := r.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Approve, Actor: fmt.Sprintf("person-%d", n)})
			switch {
			case err == nil:
				won.Add(1)
			case engine.KindOf(err) != engine.Conflict:
				t.Errorf("person-%d: %v", n, err)
			}
		})
	}
	group.Wait()
	got, err := r.Decision(t.Context(), d.ID)
	if err != nil || won.Load() != 1 || len(got.Reviews) != 1 || got.Status != engine.Approved {
		t.Errorf("%d won, %d reviews, %s, %v; want one", won.Load(), len(got.Reviews), got.Status, err)
	}
	events, err := r.Events(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	reviews := 0
	for _, ev := range events {
		if ev.Type == engine.EventReview {
			reviews++
		}
	}
	if reviews != 1 {
		t.Errorf("%d review events; want 1", reviews)
	}
}

func TestAVerdictCanBeTakenBackByItsAuthorForTenMinutes(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	d, err := r.Analyze(t.Context(), engine.Question{ErrorType: "queue_backlog"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.UndoReview(t.Context(), d.ID, "ann")
	wantKind(t, err, engine.Conflict)
	if _, err := r.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Reject, Actor: "ann", Reason: "not this"}); err != nil {
		t.Fatal(err)
	}
	_, err = r.UndoReview(t.Context(), d.ID, "bob")
	wantKind(t, err, engine.Denied)
	got, err := r.UndoReview(t.Context(), d.ID, "ann")
	if err != nil || got.Status != engine.Proposed || len(got.Reviews) != 0 {
		t.Fatalf("undone: %+v, %v", got, err)
	}
	if _, err := r.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Approve, Actor: "bob"}); err != nil {
		t.Fatalf("a verdict after the undo: %v", err)
	}
	r.clock.Advance(11 * time.Minute)
	_, err = r.UndoReview(t.Context(), d.ID, "bob")
	wantKind(t, err, engine.Conflict)
}

func TestWrongVerdictsAreRefused(t *testing.T) {
	r := newRig(t)
	d, err := r.Analyze(t.Context(), engine.Question{Text: "nothing known"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Review(t.Context(), d.ID, engine.Review{Verdict: "maybe", Actor: "ann"})
	wantKind(t, err, engine.Invalid)
	_, err = r.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Approve})
	wantKind(t, err, engine.Invalid)
	_, err = r.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Approve, Actor: "ann"})
	wantKind(t, err, engine.Conflict)
	_, err = r.Review(t.Context(), "dec_none", engine.Review{Verdict: engine.Approve, Actor: "ann"})
	wantKind(t, err, engine.NotFound)
}

func TestTheSameRequestGetsTheSameDecision(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	q := engine.Question{ErrorType: "queue_backlog", Asked: &engine.Asked{By: "ann", Channel: "C0OPS", Request: "trigger-1"}}
	one, err := r.Analyze(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	two, err := r.Analyze(t.Context(), q)
	if err != nil || one.ID != two.ID {
		t.Fatalf("%s, then %s, %v", one.ID, two.ID, err)
	}
	p, err := r.Decisions(t.Context(), engine.DecisionFilter{}, "", 0)
	if err != nil || len(p.Items) != 1 || len(r.posts()) != 1 {
		t.Errorf("%d decisions, %d posts, %v; want one of each", len(p.Items), len(r.posts()), err)
	}
}

func TestWhatFixedAnIncidentIsHistoryForTheNext(t *testing.T) {
	r := newRig(t)
	r.running()
	typed := func(a *engine.Alert) { a.ErrorType, a.Spike = "index_bloat", ptr(120) }
	id := r.ingest(alert("a", typed)).Alerts[0].IncidentID
	if _, err := r.Acknowledge(t.Context(), id, "ann"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Resolve(t.Context(), id, engine.Resolution{Actor: "ann", Resolution: "Reindexed concurrently", RootCause: "a bulk load"}); err != nil {
		t.Fatal(err)
	}
	d, err := r.Analyze(t.Context(), engine.Question{ErrorType: "index_bloat", Spike: ptr(120)})
	if err != nil || d.Match() != id || *d.RecommendedAction != "Reindexed concurrently" || d.Example || d.ConfidenceScore != 0.95 {
		t.Fatalf("%q, %v, %v", d.Match(), d.RecommendedAction, err)
	}
	if _, err := r.Reopen(t.Context(), id, "ann"); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		d, err = r.Analyze(t.Context(), engine.Question{ErrorType: "index_bloat", Spike: ptr(120)})
		if err == nil && d.Abstained {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("a reopened incident still teaches: %q, %v", d.Match(), err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestExamplesStepAsideForTenOfOnesOwn(t *testing.T) {
	r := newRig(t)
	example := past("EX-1", "queue_backlog", "mailer", 200, "Double the workers")
	example.Seed = true
	r.learnt(example)
	d, err := r.Analyze(t.Context(), engine.Question{ErrorType: "queue_backlog", Spike: ptr(200)})
	if err != nil || d.Match() != "EX-1" || !d.Example {
		t.Fatalf("%q, example %v, %v", d.Match(), d.Example, err)
	}
	for n := range 10 {
		r.learnt(past(fmt.Sprintf("OWN-%d", n), fmt.Sprintf("own_trouble_%c", 'a'+n), "shop", 50, "Fix it"))
	}
	d, err = r.Analyze(t.Context(), engine.Question{ErrorType: "queue_backlog", Spike: ptr(200)})
	if err != nil || !d.Abstained {
		t.Fatalf("with ten of its own: %q, %v; want the example gone", d.Match(), err)
	}
	if err := r.RemoveHistory(t.Context(), "OWN-3"); err != nil {
		t.Fatal(err)
	}
	d, err = r.Analyze(t.Context(), engine.Question{ErrorType: "queue_backlog", Spike: ptr(200)})
	if err != nil || d.Match() != "EX-1" {
		t.Fatalf("with nine of its own: %q, %v; want the example back", d.Match(), err)
	}
}

func TestIllegalTransitionsAreRefused(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	id := r.ingest(alert("a")).Alerts[0].IncidentID
	_, err := r.Reopen(t.Context(), id, "ann")
	wantKind(t, err, engine.Conflict)
	if _, err := r.Acknowledge(t.Context(), id, "ann"); err != nil {
		t.Fatal(err)
	}
	_, err = r.Acknowledge(t.Context(), id, "bob")
	if e := wantKind(t, err, engine.Conflict); !strings.Contains(e.Text, "ann") {
		t.Errorf("%q does not say who has it", e.Text)
	}
	_, err = r.Resolve(t.Context(), id, engine.Resolution{Actor: "ann"})
	if e := wantKind(t, err, engine.Invalid); e.Field != "resolution" {
		t.Errorf("field %q", e.Field)
	}
	_, err = r.Resolve(t.Context(), id, engine.Resolution{Actor: "ann", Reason: engine.ReasonDuplicate, DuplicateOf: "INC-1999-0001"})
	wantKind(t, err, engine.Invalid)
	_, err = r.Resolve(t.Context(), "PM-1", engine.Resolution{Actor: "ann", Resolution: "x"})
	wantKind(t, err, engine.Conflict)
	_, err = r.Acknowledge(t.Context(), "PM-1", "ann")
	wantKind(t, err, engine.Conflict)
	_, err = r.Mitigate(t.Context(), "INC-1999-0001", "ann")
	wantKind(t, err, engine.NotFound)
}

func TestAnAlertsTypeFromTheConfigIsAsGoodAsAGivenOne(t *testing.T) {
	match, err := engine.Patterns(map[string]string{"alertname": "Mail.*Backlog"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *engine.Config) { c.Types = []engine.TypeRule{{Match: match, ErrorType: "queue_backlog"}} })
	r.learnt(history()...)
	r.running()
	typed := func(name string) func(*engine.Alert) {
		return func(a *engine.Alert) { a.Name, a.Service, a.Environment, a.Spike = name, "mailer", name, ptr(200) }
	}
	got := r.ingest(alert("a", typed("MailOutBacklog")), alert("b", typed("MailOutBacklogs")))
	d := r.decision(got.Alerts[0].IncidentID)
	if d.Match() != "PM-1" || d.ConfidenceScore != 0.95 || d.Confidence.Guessed {
		t.Errorf("%q with %v, guessed %v; want PM-1 with 0.95", d.Match(), d.ConfidenceScore, d.Confidence.Guessed)
	}
	if d.Symptom != "queue backlog increased 200%" || d.IncidentID == nil || *d.IncidentID != got.Alerts[0].IncidentID {
		t.Errorf("symptom %q, incident %v", d.Symptom, d.IncidentID)
	}
	// The pattern must match the whole name.
	if other := r.decision(got.Alerts[1].IncidentID); other.ConfidenceScore >= 0.95 {
		t.Errorf("another alert's type: %v", other.ConfidenceScore)
	}
	// A question with the alert's labels is read as the alert is.
	for name, labels := range map[string]map[string]string{
		"by the rule":  {"alertname": "MailOutBacklog", "service": "mailer"},
		"by its label": {"error_type": "queue_backlog", "alertname": "x", "service": "mailer"},
	} {
		if d := r.ask(engine.Question{Spike: ptr(200), Labels: labels}); d.Match() != "PM-1" || d.ConfidenceScore != 0.95 || d.Question.Service != "mailer" {
			t.Errorf("asked %s: %q with %v on %q; want PM-1 with 0.95 on mailer", name, d.Match(), d.ConfidenceScore, d.Question.Service)
		}
	}
}

// decision waits for the decision of an incident.
func (r *rig) decision(incidentID string) engine.Decision {
	r.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		if d := r.detail(incidentID); len(d.Decisions) > 0 {
			return d.Decisions[0]
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("no decision on %s", incidentID)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
