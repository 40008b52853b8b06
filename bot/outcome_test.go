package bot_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// watch is a clock that a test puts forward; it runs, for messages are paced.
type watch struct{ ahead atomic.Int64 }

func (w *watch) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func (w *watch) pass(d time.Duration) { w.ahead.Add(int64(d)) }

// backlogged is a rig whose history knows two ways to fix a queue's backlog, and
// an incident of that kind; it returns the incident's channel message and the
// first advice.
func backlogged(t *testing.T) (r *rig, w *watch, head, first *slackfake.Message) {
	t.Helper()
	w = &watch{}
	r = newRig(t, setup{noSeeds: true, engine: engine.Config{Now: w.now}, bot: bot.Config{Now: w.now}})
	past := func(id string, spike float64, fix string) engine.Incident {
		began := w.now().AddDate(0, -1, 0)
		return engine.Incident{
			ID: id, Title: "Mail queue grows", Historical: true, Status: engine.Resolved, Severity: engine.SeverityHigh, ErrorType: "queue_backlog",
			Service: "mailer", Spike: &spike, Symptom: "queue backlog of the mailer", Resolution: fix, StartedAt: began, ResolvedAt: new(began.Add(time.Hour)),
		}
	}
	history := []engine.Incident{past("INC-2025-101", 200, "Double the workers"), past("INC-2025-102", 380, "Purge the dead letters")}
	if err := r.engine.AddHistory(context.Background(), history, nil); err != nil {
		t.Fatal(err)
	}
	r.backlog(w, 900, engine.Firing)
	head = r.posted("nobody has it", "Looks like INC-2025-101")
	return r, w, head, r.posted("Double the workers", "Confidence")
}

// backlog sends the queue's alert as it stands.
func (r *rig) backlog(w *watch, value float64, status engine.AlertStatus) {
	r.t.Helper()
	spike := 200.0
	a := engine.Alert{
		Source: "alertmanager", Fingerprint: "mail", Status: status, Severity: engine.SeverityHigh, Name: "QueueGrows", Title: "QueueGrows", Service: "mailer",
		ErrorType: "queue_backlog", Spike: &spike, Value: &value, Unit: "mails", StartedAt: w.now(),
	}
	if status == engine.AlertResolved {
		a.EndedAt = new(w.now())
	}
	if _, err := r.engine.Ingest(context.Background(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{a}}); err != nil {
		r.t.Fatal(err)
	}
}

// asked runs the job that asks about a decision, as it does ten minutes after the
// approval, and returns its message.
func (r *rig) asked(w *watch, decision string) *slackfake.Message {
	r.t.Helper()
	w.pass(10 * time.Minute)
	for _, worker := range r.engine.Workers() {
		if worker.Kind == engine.JobAsk {
			if err := worker.Do(context.Background(), decision); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	return r.posted("Did it help?")
}

// shows waits until a message says all of the words.
func (r *rig) shows(m *slackfake.Message, words ...string) *slackfake.Message {
	r.t.Helper()
	r.wait("in that message "+strings.Join(words, ", "), func(p *slackfake.Snapshot) bool {
		m = p.Message(channel, m.TS)
		return contains(m.Visible(), words...)
	})
	return m
}

// about is the id that a message's buttons carry.
func about(m *slackfake.Message) string { return m.Buttons()[len(m.Buttons())-1].Value }

func actions(m *slackfake.Message) string {
	var ids []string
	for _, b := range m.Buttons() {
		ids = append(ids, b.ActionID)
	}
	return strings.Join(ids, " ")
}

func TestWhatDidNotHelpIsFollowedByTheNextCandidate(t *testing.T) {
	r, w, head, first := backlogged(t)
	r.click(alice, first.TS, "decision_approve")
	r.posted("✅ Approved by @alice")
	r.backlog(w, 850, engine.Firing)
	question := r.asked(w, about(first))
	if !contains(question.Visible(), "Still 850 mails (was 900 mails)", "INC-2025-101: Double the workers", "approved by @alice") || question.ThreadTS != head.TS {
		t.Errorf("in thread %q it asks %s", question.ThreadTS, question.Visible())
	}
	if got := actions(question); got != "outcome_worked outcome_failed outcome_reverted" {
		t.Errorf("buttons %s", got)
	}
	r.click(bob, question.TS, "outcome_failed")
	if answer := r.shows(question, "It did not help, says @bob"); len(answer.Buttons()) != 0 {
		t.Errorf("the answer has the buttons %s", actions(answer))
	}
	next := r.posted("Next candidate after INC-2025-101: it did not help", "Purge the dead letters")
	if next.ThreadTS != head.TS || actions(next) != "decision_approve decision_reject decision_evidence" {
		t.Errorf("the next candidate stands in thread %q with the buttons %s", next.ThreadTS, actions(next))
	}
	r.shows(head, "Looks like INC-2025-102", "advice in the thread")
	old := r.shows(first, "✅ Approved by @alice", "The next candidate is INC-2025-102", "It did not help, says @bob")
	if got := actions(old); got != "decision_evidence" {
		t.Errorf("the old advice still offers %s", got)
	}
	r.click(carol, old.TS, "decision_evidence") // See new
	r.whispered(carol, "INC-2025-102", "Purge the dead letters", "Speaks for it")
}

func TestRejectedAdviceIsFollowedByTheNextCandidate(t *testing.T) {
	r, _, head, first := backlogged(t)
	r.mention(alice, head.TS, "reject the workers were never short")
	r.posted("Next candidate after INC-2025-101, rejected by alice", "Purge the dead letters")
	r.shows(first, "❌ Rejected by @alice", "The next candidate is INC-2025-102", "See new")
	r.mention(alice, head.TS, "reject nor that")
	r.posted("❌ Rejected by @alice", `"nor that"`, "Nothing else in the history is close enough")
	r.shows(head, "Looks like INC-2025-102", "rejected by @alice; nothing else in the history is close enough")
}

func TestTheEndOfAnIncidentAsksOnceMore(t *testing.T) {
	r, w, _, first := backlogged(t)
	r.click(alice, first.TS, "decision_approve")
	r.posted("✅ Approved by @alice")
	w.pass(23 * time.Minute)
	r.backlog(w, 10, engine.AlertResolved)
	question := r.posted("Over after 23 min. Did it help?")
	r.click(alice, question.TS, "outcome_worked")
	r.shows(question, "✅ It worked, says @alice")
	r.shows(first, "✅ Approved by @alice", "✅ It worked, says @alice")
}

func TestASecondAnswerIsToldWhoSaidWhat(t *testing.T) {
	r, w, head, first := backlogged(t)
	r.click(alice, first.TS, "decision_approve")
	r.posted("✅ Approved by @alice")
	question := r.asked(w, about(first))
	r.click(alice, question.TS, "outcome_worked")
	r.shows(question, "✅ It worked, says @alice")
	r.mention(bob, head.TS, "outcome failed")
	r.whispered(bob, "No change", "alice said at", "that it worked")
	r.mention(carol, head.TS, "outcome worked")
	r.whispered(carol, "No change", "alice said at", "that it worked")
	r.mention(alice, head.TS, "outcome reverted queue grew again")
	r.whispered(alice, "Noted for INC-2025-101: it was taken back")
	r.shows(question, "It was taken back, says @alice", `"queue grew again"`)
	r.posted("Purge the dead letters", "Next candidate after INC-2025-101: it was taken back")
}

func TestClickingAnAnswerTwiceSaysNothing(t *testing.T) {
	r, w, _, first := backlogged(t)
	r.click(alice, first.TS, "decision_approve")
	r.posted("✅ Approved by @alice")
	question := r.asked(w, about(first))
	done := make(chan struct{})
	for range 2 {
		go func() { // both before the message can change
			defer func() { done <- struct{}{} }()
			_, _ = r.slack.Click(r.ctx(), alice, channel, question.TS, "outcome_worked")
		}()
	}
	<-done
	<-done
	r.posted("✅ It worked, says @alice")
	r.settled()
	if n := len(r.slack.Snapshot().Ephemerals(alice)); n != 0 {
		t.Errorf("alice is told %d times what she said herself", n)
	}
}

func TestAnAnswerToAPersonIsAskedAboutUnderIt(t *testing.T) {
	w := &watch{}
	r := newRig(t, setup{engine: engine.Config{Now: w.now}, bot: bot.Config{Now: w.now}})
	r.slash(alice, ask)
	m := r.posted("asked by @alice", "Throttle connections to 30%")
	r.click(alice, m.TS, "decision_approve")
	r.posted("✅ Approved by @alice")
	question := r.asked(w, about(m))
	if question.ThreadTS != m.TS {
		t.Errorf("it is asked in thread %q", question.ThreadTS)
	}
	r.mention(bob, m.TS, "outcome not_tried it went away")
	r.whispered(bob, "Noted for INC-2025-001: it was not tried")
	r.shows(question, "It was not tried, says @bob", `"it went away"`)
}

func TestWhyAndSimilarAnswerTheOneWhoAsks(t *testing.T) {
	r, _, head, first := backlogged(t)
	r.mention(bob, head.TS, "why")
	r.whispered(bob, "Double the workers", "rule of thumb", "Speaks for it", "same error type queue_backlog", about(first))
	if got := r.reply(r.slash(bob, "why "+about(first))); !contains(got, "INC-2025-101", "Speaks for it") {
		t.Errorf("why by slash command says %s", got)
	}
	if got := r.reply(r.slash(carol, "similar mail queue grows")); !contains(got, "INC-2025-101", "INC-2025-102", "words:", "fix: Double the workers") {
		t.Errorf("similar says %s", got)
	}
	r.mention(carol, head.TS, "similar qqqq zzzz")
	r.whispered(carol, "Nothing in history is like")
	if got := r.reply(r.slash(carol, "outcome worked INC-1999-001")); !contains(got, "INC-1999-001") {
		t.Errorf("an outcome of nothing answers %s", got)
	}
}
