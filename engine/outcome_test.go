package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// fired ingests an alert of a queue backlog and returns its incident's first
// decision.
func (r *rig) fired(fingerprint string, adjust ...func(*engine.Alert)) engine.Decision {
	r.t.Helper()
	typed := func(a *engine.Alert) { a.ErrorType, a.Spike, a.Service = "queue_backlog", ptr(200), "mailer" }
	got := r.ingest(alert(fingerprint, append([]func(*engine.Alert){typed}, adjust...)...))
	d := r.decision(got.Alerts[0].IncidentID)
	r.clock.Advance(time.Minute)
	return d
}

// post returns the post with that key, if it is wanted.
func (r *rig) post(key string) (engine.Post, bool) {
	r.t.Helper()
	list := r.posts()
	i := slices.IndexFunc(list, func(p engine.Post) bool { return p.Key == key })
	if i < 0 {
		return engine.Post{}, false
	}
	return list[i], true
}

func TestWhatDidNotHelpBringsTheNextCandidateAtOnce(t *testing.T) {
	for _, result := range []engine.Result{engine.Failed, engine.Reverted} {
		t.Run(string(result), func(t *testing.T) {
			r := newRig(t)
			r.running()
			r.learnt(rivals()...)
			d := r.fired("a")
			r.judge(d.ID, engine.Review{Verdict: engine.Approve})
			got := r.outcome(d.ID, result)
			if got.Outcome == nil || got.Outcome.Outcome != result || got.Outcome.Actor != "ann" {
				t.Fatalf("outcome %+v", got.Outcome)
			}
			next := r.decisions(*d.IncidentID, 2)
			if recommended(next[0]) != "Purge the dead letters" || next[0].Follows != d.ID || next[1].SupersededBy != next[0].ID {
				t.Errorf("next: %q, following %q", recommended(next[0]), next[0].Follows)
			}
			r.clock.Advance(time.Minute)
			r.outcome(next[0].ID, engine.Failed)
			r.eventually("the last candidate says that there is no other", func() bool {
				list := r.detail(*d.IncidentID).Decisions
				return len(list) == 2 && strings.Contains(list[0].Outdated, "nothing else")
			})
			if !slices.ContainsFunc(r.detail(*d.IncidentID).Timeline, func(e engine.Entry) bool { return e.Kind == "outcome" }) {
				t.Error("the timeline does not tell the outcome")
			}
		})
	}
}

func TestTheNextCandidateIsTheLatestWhateverTheClockSays(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	d := r.fired("a")
	r.judge(d.ID, engine.Review{Verdict: engine.Approve})
	r.clock.Advance(-time.Hour)
	r.outcome(d.ID, engine.Failed)
	next := r.decisions(*d.IncidentID, 2)
	if next[0].Follows != d.ID {
		t.Fatalf("the latest is %s, which follows %q", next[0].ID, next[0].Follows)
	}
	r.outcome(next[0].ID, engine.Failed)
	r.eventually("the last candidate says that there is no other", func() bool {
		return strings.Contains(r.detail(*d.IncidentID).Decisions[0].Outdated, "nothing else")
	})
}

func TestARejectedAnswerToAPersonIsFollowedByTheNext(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	q := backlog
	q.Asked = &engine.Asked{By: "ann", Channel: "C0OPS", Thread: "1.2", Request: "r1"}
	d := r.ask(q)
	r.clock.Advance(time.Minute)
	r.judge(d.ID, engine.Review{Verdict: engine.Reject, Reason: "no"})
	var list []engine.Decision
	r.eventually("the next answer", func() bool {
		p, err := r.Decisions(t.Context(), engine.DecisionFilter{}, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		list = p.Items
		return len(list) == 2
	})
	if recommended(list[0]) != "Purge the dead letters" || list[0].Follows != d.ID {
		t.Errorf("%q, following %q", recommended(list[0]), list[0].Follows)
	}
	if p, ok := r.post("decision:" + list[0].ID); !ok || p.Channel != "C0OPS" || p.Thread != "1.2" {
		t.Errorf("it goes to %+v", p)
	}
}

func TestOutcomesAreAskedTenMinutesAfterAnApproval(t *testing.T) {
	r := newRig(t)
	r.learnt(rivals()...)
	d := r.ask(backlog)
	if _, err := r.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Approve, Actor: "ann"}); err != nil {
		t.Fatal(err)
	}
	work := func(subject string) {
		t.Helper()
		for _, w := range r.Workers() {
			if w.Kind == engine.JobAsk {
				if err := w.Do(t.Context(), subject); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	q := backlog
	q.Asked = &engine.Asked{By: "ann", Channel: "C0OPS", Request: "r2"}
	asked := r.ask(q)
	work(asked.ID)
	if _, ok := r.post("outcome:" + asked.ID); ok {
		t.Fatal("asked of advice that nobody approved")
	}
	r.judge(asked.ID, engine.Review{Verdict: engine.Approve})
	work(asked.ID)
	work(asked.ID)
	p, ok := r.post("outcome:" + asked.ID)
	if !ok || p.Channel != "C0OPS" {
		t.Fatalf("not asked: %+v", p)
	}
	r.outcome(asked.ID, engine.Worked)
	again, _ := r.post("outcome:" + asked.ID)
	if again.Wanted <= p.Wanted {
		t.Error("the question does not show the answer")
	}
	wanted := again.Wanted
	work(asked.ID)
	if again, _ = r.post("outcome:" + asked.ID); again.Wanted != wanted {
		t.Error("asked again after the answer")
	}
}

func TestTheEndOfAnIncidentAsksWhatCameOfTheAdvice(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	d := r.fired("a")
	r.judge(d.ID, engine.Review{Verdict: engine.Approve})
	r.ingest(alert("a", ended(r.clock.Now()), func(a *engine.Alert) { a.Service = "mailer" }))
	r.eventually("the question", func() bool { _, ok := r.post("outcome:" + d.ID); return ok })
}

func TestWhatFixedItIsAnOutcome(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	tests := []struct {
		name, fix string
		want      engine.Result
	}{
		{"the advice in other words", "doubled the workers", engine.Worked},
		{"something else", "Rotated the certificate", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := r.fired(tt.name, func(a *engine.Alert) { a.Environment = tt.name })
			if _, err := r.Resolve(t.Context(), *d.IncidentID, engine.Resolution{Actor: "ann", Resolution: tt.fix}); err != nil {
				t.Fatal(err)
			}
			got, err := r.Decision(t.Context(), d.ID)
			if err != nil {
				t.Fatal(err)
			}
			if (got.Outcome == nil) != (tt.want == "") || got.Outcome != nil && got.Outcome.Outcome != tt.want {
				t.Errorf("%+v; want %q", got.Outcome, tt.want)
			}
		})
	}
}

func TestWhatReopensHasNotWorked(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	d := r.fired("a")
	resolve := func(how engine.Resolution) *engine.Outcome {
		how.Actor = "ann"
		if _, err := r.Resolve(t.Context(), *d.IncidentID, how); err != nil {
			t.Fatal(err)
		}
		return r.stored(d.ID).Outcome
	}
	reopen := func() {
		if _, err := r.Reopen(t.Context(), *d.IncidentID, "bob"); err != nil {
			t.Fatal(err)
		}
		if got := r.stored(d.ID); got.Outcome != nil || got.RightIncident != "" {
			t.Errorf("reopened, the outcome is %+v, the right incident %q; want none", got.Outcome, got.RightIncident)
		}
	}
	if o := resolve(engine.Resolution{Resolution: "doubled the workers"}); o == nil || o.Outcome != engine.Worked {
		t.Fatalf("resolved by the advice, the outcome is %+v", o)
	}
	reopen()
	if o := resolve(engine.Resolution{Reason: engine.ReasonDuplicate, DuplicateOf: "PM-B"}); o == nil || o.Outcome != engine.NotTried {
		t.Errorf("resolved as a duplicate, the outcome is %+v", o)
	}
	reopen()
	if o := resolve(engine.Resolution{Resolution: "Rotated the certificate"}); o != nil {
		t.Errorf("resolved by something else, the outcome is %+v", o)
	}

	t.Run("what a person said stays", func(t *testing.T) {
		reopen()
		r.outcome(d.ID, engine.Failed)
		resolve(engine.Resolution{Resolution: "doubled the workers"})
		if _, err := r.Reopen(t.Context(), *d.IncidentID, "bob"); err != nil {
			t.Fatal(err)
		}
		if o := r.stored(d.ID).Outcome; o == nil || o.Outcome != engine.Failed {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestWhatFiresAgainHasNotWorked(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	d := r.fired("a")
	fixed := func(how string) {
		t.Helper()
		if _, err := r.Resolve(t.Context(), *d.IncidentID, engine.Resolution{Actor: "ann", Resolution: how}); err != nil {
			t.Fatal(err)
		}
	}
	mail := func(a *engine.Alert) { a.ErrorType, a.Spike, a.Service = "queue_backlog", ptr(200), "mailer" }
	fixed("doubled the workers")
	r.ingest(alert("a", mail, ended(r.clock.Now())))
	r.clock.Advance(2 * time.Minute)
	again := r.ingest(alert("a", mail, func(a *engine.Alert) { a.StartedAt = r.clock.Now() }))
	if id := again.Alerts[0].IncidentID; id != *d.IncidentID {
		t.Fatalf("it fires again in %s", id)
	}
	if i := r.detail(*d.IncidentID); i.Status != engine.Open || i.Resolution != "" {
		t.Errorf("it is %s, and said to be fixed by %q", i.Status, i.Resolution)
	}
	if o := r.stored(d.ID).Outcome; o != nil {
		t.Errorf("it fires again, and the outcome is %+v", o)
	}
	fixed("Rotated the certificate")
	if o := r.stored(d.ID).Outcome; o != nil {
		t.Errorf("the outcome is %+v; what fixed it is something else", o)
	}
}

func TestAnEndThatAnswersTheQuestionSaysSoThere(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	d := r.fired("a")
	r.judge(d.ID, engine.Review{Verdict: engine.Approve})
	r.clock.Advance(10 * time.Minute)
	if err := r.run(engine.JobAsk, d.ID); err != nil {
		t.Fatal(err)
	}
	asked, ok := r.post("outcome:" + d.ID)
	if !ok {
		t.Fatal("nobody was asked")
	}
	if _, err := r.Resolve(t.Context(), *d.IncidentID, engine.Resolution{Actor: "ann", Resolution: "doubled the workers"}); err != nil {
		t.Fatal(err)
	}
	if told, _ := r.post("outcome:" + d.ID); told.Wanted == asked.Wanted {
		t.Error("the question still stands, though the end has answered it")
	}
}

func TestADuplicateSaysWhichIncidentItWas(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	tests := []struct {
		name, of   string
		right, say bool
	}{
		{"of the match", "PM-A", true, true},
		{"of one that is open", "", false, false},
		{"of another one", "PM-B", false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.of == "" {
				tt.of = r.ingest(alert("open", func(a *engine.Alert) { a.Service = "other" })).Alerts[0].IncidentID
			}
			d := r.fired(tt.name, func(a *engine.Alert) { a.Environment = tt.name })
			if d.Match() != "PM-A" {
				t.Fatalf("it looks like %s", d.Match())
			}
			if _, err := r.Resolve(t.Context(), *d.IncidentID, engine.Resolution{Actor: "ann", Reason: engine.ReasonDuplicate, DuplicateOf: tt.of}); err != nil {
				t.Fatal(err)
			}
			got, err := r.Decision(t.Context(), d.ID)
			if err != nil {
				t.Fatal(err)
			}
			if right, say := got.Right(); right != tt.right || say != tt.say {
				t.Errorf("right %v, says %v; want %v, %v", right, say, tt.right, tt.say)
			}
		})
	}
}

func TestWrongOutcomesAreRefused(t *testing.T) {
	r := newRig(t)
	d := r.ask(engine.Question{Text: "nothing known"})
	tell := func(id string, o engine.Outcome) error {
		_, err := r.ReportOutcome(t.Context(), id, o)
		return err
	}
	wantKind(t, tell(d.ID, engine.Outcome{Outcome: "splendid", Actor: "ann"}), engine.Invalid)
	wantKind(t, tell(d.ID, engine.Outcome{Outcome: engine.Worked}), engine.Invalid)
	wantKind(t, tell(d.ID, engine.Outcome{Outcome: engine.Worked, Actor: "ann"}), engine.Conflict)
	wantKind(t, tell("dec_none", engine.Outcome{Outcome: engine.Worked, Actor: "ann"}), engine.NotFound)
}

func TestTheLatestWordOfAnOutcomeStandsAndCountsMoreThanAVerdict(t *testing.T) {
	r := newRig(t)
	r.learnt(rivals()...)
	d := r.ask(backlog)
	r.judge(d.ID, engine.Review{Verdict: engine.Approve})
	if right, ok := ptrTo(r.outcome(d.ID, engine.Worked)).Right(); !right || !ok {
		t.Error("what worked is not right")
	}
	if right, ok := ptrTo(r.outcome(d.ID, engine.Reverted)).Right(); right || !ok {
		t.Error("what was taken back is right")
	}
	if right, ok := ptrTo(r.outcome(d.ID, engine.NotTried)).Right(); !right || !ok {
		t.Error("what was not tried does not leave the verdict to count")
	}
	if got := r.ask(backlog); got.Confidence.Outcomes != 1 {
		t.Errorf("%d outcomes are counted; one decision is one", got.Confidence.Outcomes)
	}
}

func ptrTo[T any](v T) *T { return &v }

func TestAdviceThatAnIncidentHasOutgrownSaysSo(t *testing.T) {
	grow := func(a *engine.Alert) {
		a.ErrorType, a.Service, a.Severity = "quota_exhausted", "mailer", engine.SeverityCritical
		a.Title = "quota exhausted on maps"
	}
	t.Run("the same advice is only confirmed", func(t *testing.T) {
		r := newRig(t)
		r.running()
		r.learnt(history()...)
		d := r.fired("a")
		r.ingest(alert("b", func(a *engine.Alert) { a.ErrorType, a.Spike, a.Service = "queue_backlog", ptr(210), "mailer" }))
		r.eventually("the advice is looked at again", func() bool {
			got, err := r.Decision(t.Context(), d.ID)
			return err == nil && got.Basis != nil && got.Basis.Series == 2
		})
		if list := r.detail(*d.IncidentID).Decisions; len(list) != 1 || list[0].Outdated != "" {
			t.Errorf("%d decisions, outdated %q; the same advice twice is noise", len(list), list[0].Outdated)
		}
	})
	t.Run("other advice takes its place", func(t *testing.T) {
		r := newRig(t)
		r.running()
		r.learnt(history()...)
		d := r.fired("a", func(a *engine.Alert) { a.ErrorType, a.Title, a.Spike = "", "mail is slow", nil })
		if !d.Abstained {
			t.Fatalf("at first %s", d.Match())
		}
		r.ingest(alert("b", grow))
		list := r.decisions(*d.IncidentID, 2)
		if list[0].Match() != "PM-3" || list[1].SupersededBy != list[0].ID || !strings.Contains(list[1].Outdated, "predates") {
			t.Errorf("%s after %q, superseded by %q", list[0].Match(), list[1].Outdated, list[1].SupersededBy)
		}
	})
}

func TestAStormIsToldInOrderOfOnset(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(history()...)
	services := []string{"db-primary", "mailer", "cart", "search", "billing", "media", "maps"}
	var ids []string
	for n, s := range services {
		got := r.ingest(alert(s, func(a *engine.Alert) {
			a.Service, a.ErrorType, a.Spike = s, "queue_backlog", ptr(200)
			a.StartedAt = a.StartedAt.Add(time.Duration(n) * 10 * time.Second)
		}))
		ids = append(ids, got.Alerts[0].IncidentID)
		if n == 2 { // these are decided before anybody knows that it is a storm
			for _, id := range ids {
				if d := r.decision(id); d.Abstained || len(d.Onset) != 0 {
					t.Fatalf("%s of three services: %+v", s, d.Onset)
				}
			}
			r.clock.Advance(time.Minute)
		}
	}
	last := r.decision(ids[len(ids)-1])
	r.eventually("the storm is known everywhere", func() bool {
		for _, id := range ids {
			if d := r.detail(id).Decisions; len(d) == 0 || len(d[0].Onset) <= 5 {
				return false
			}
		}
		return true
	})
	last = r.detail(*last.IncidentID).Decisions[0]
	if !last.Abstained || last.RecommendedAction != nil || last.Onset[0].Service != "db-primary" || !strings.Contains(last.Confidence.Reasons[0], "db-primary was first") {
		t.Errorf("the last one: %+v, %v", last.Onset, last.Confidence.Reasons)
	}
	if len(last.Evidence) == 0 {
		t.Error("the evidence is gone")
	}
	if first := r.detail(ids[0]).Decisions; len(first) != 1 || first[0].Abstained {
		t.Errorf("where it began, the advice stands: %+v", first)
	}
	second := r.detail(ids[1]).Decisions
	if len(second) != 1 || !strings.Contains(second[0].Outdated, "start there") {
		t.Fatalf("what was advised before is not marked: %+v", second)
	}
	_, err := r.Review(t.Context(), second[0].ID, engine.Review{Verdict: engine.Approve, Actor: "ann"})
	if e := wantKind(t, err, engine.Conflict); !strings.Contains(e.Text, "start there") {
		t.Errorf("approving it afterwards: %s", e.Text)
	}
}

func TestFiveServicesAreNoStorm(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(history()...)
	for n := range 5 {
		s := fmt.Sprintf("svc-%d", n)
		got := r.ingest(alert(s, func(a *engine.Alert) { a.Service, a.ErrorType, a.Spike = s, "queue_backlog", ptr(200) }))
		if d := r.decision(got.Alerts[0].IncidentID); d.Abstained || len(d.Onset) != 0 {
			t.Errorf("%s: abstained %v, onset %v", s, d.Abstained, d.Onset)
		}
	}
}

func TestAnOutcomeIsCorrectedByItsAuthorAtOnceAndByOthersLater(t *testing.T) {
	r := newRig(t)
	r.learnt(rivals()...)
	d := r.ask(backlog)
	say := func(who string, o engine.Result) (engine.Decision, error) {
		return r.ReportOutcome(t.Context(), d.ID, engine.Outcome{Outcome: o, Actor: who})
	}
	for _, step := range []struct {
		who    string
		said   engine.Result
		after  time.Duration
		stands engine.Result
		refuse string
	}{
		{"ann", engine.Worked, 0, engine.Worked, ""},
		{"bob", engine.Failed, time.Minute, engine.Worked, "ann said at"},
		{"bob", engine.Worked, 0, engine.Worked, ""}, // that is no contradiction
		{"ann", engine.Failed, time.Minute, engine.Failed, ""},
		{"bob", engine.Worked, time.Minute, engine.Failed, "that it did not help"},
		{"bob", engine.Reverted, engine.UndoWindow, engine.Reverted, ""},
	} {
		r.clock.Advance(step.after)
		_, err := say(step.who, step.said)
		if step.refuse == "" && err != nil || step.refuse != "" && (engine.KindOf(err) != engine.Conflict || !strings.Contains(err.Error(), step.refuse)) {
			t.Errorf("%s says %s: %v", step.who, step.said, err)
		}
		if got, err := r.Decision(t.Context(), d.ID); err != nil || got.Outcome.Outcome != step.stands {
			t.Errorf("after %s said %s, %+v stands, %v", step.who, step.said, got.Outcome, err)
		}
	}
}

func TestARejectionTakenBackOpensItsAdviceAgain(t *testing.T) {
	r := newRig(t)
	r.running()
	r.learnt(rivals()...)
	d := r.fired("a")
	r.judge(d.ID, engine.Review{Verdict: engine.Reject, Reason: "no"})
	r.decisions(*d.IncidentID, 2)
	got, err := r.UndoReview(t.Context(), d.ID, "ann")
	if err != nil {
		t.Fatal(err)
	}
	if !got.Open() {
		t.Errorf("it is %s, outdated %q, superseded by %q", got.Status, got.Outdated, got.SupersededBy)
	}
}
