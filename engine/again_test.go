package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// again are past incidents of one alert, one a day from the n-th on, the latest
// with the highest id.
func again(errorType string, from, n int, fix func(n int) string, tried ...engine.Attempt) (list []engine.Incident) {
	for k := from; k < from+n; k++ {
		i := past(fmt.Sprintf("PM-%03d", k), errorType, "mailer", 200, fix(k))
		over := i.StartedAt.AddDate(0, 0, k)
		i.Title, i.Symptom, i.StartedAt, i.ResolvedAt, i.Tried = "Queue backlog on mailer", fmt.Sprintf("%d messages wait", 1000*k), over.Add(-time.Hour), &over, tried
		list = append(list, i)
	}
	return list
}

func TestWhatTheLatestOfManySayIsHeard(t *testing.T) {
	r := newRig(t)
	r.learnt(again("queue_backlog", 1, 30, func(int) string { return "Restart the consumers" })...)
	r.learnt(again("queue_backlog", 31, 12, func(int) string { return "Raise the partition count" },
		engine.Attempt{Action: "Restart the consumers", Outcome: "failed"})...)
	d := r.ask(engine.Question{ErrorType: "queue_backlog", Spike: ptr(200), Service: "mailer"})
	if recommended(d) != "Raise the partition count" || d.ConfidenceScore != 0.95 {
		t.Errorf("%s: %s (%v); the twelve latest say that it failed", d.Match(), recommended(d), d.ConfidenceScore)
	}
}

func TestWhatTheLatestOfManyWithoutATypeSayIsHeard(t *testing.T) {
	r := newRig(t)
	for k := range 5 {
		r.learnt(otherProblems(fmt.Sprintf("%d-", k))...)
	}
	r.learnt(again("", 1, 30, func(int) string { return "Restart the consumers" })...)
	r.learnt(again("", 31, 30, func(int) string { return "Raise the partition count" },
		engine.Attempt{Action: "Restart the consumers", Outcome: "failed"})...)
	d := r.ask(engine.Question{Text: "Queue backlog on mailer: 7000 messages wait", Service: "mailer"})
	if recommended(d) == "Restart the consumers" {
		t.Errorf("%s: %s (%v); the thirty latest say that it failed", d.Match(), recommended(d), d.ConfidenceScore)
	}
}

func TestAQuestionOfAnAlertThatCameOftenIsEmbeddedOnce(t *testing.T) {
	for _, down := range []bool{false, true} {
		c := &counting{}
		r := newRig(t, func(cfg *engine.Config) { cfg.Embedder = c })
		r.learnt(again("", 1, 30, func(int) string { return "Restart the consumers" })...)
		before, tries := c.asked, c.tries
		c.down = down
		r.ask(engine.Question{Text: "Queue backlog on mailer: 7000 messages wait", Service: "mailer"})
		if n := c.tries - tries; n != 1 || !down && c.asked-before != 1 {
			t.Errorf("down %v: the model is asked %d times for %d texts", down, n, c.asked-before)
		}
	}
}

// otherProblems are past incidents of other problems without a type.
func otherProblems(prefix string) (list []engine.Incident) {
	titles := "the disk of db is full|pods restart out of memory|the partner's certificate expired|search answers 503|backups did not run|logins are rate limited"
	for n, title := range strings.Split(titles, "|") {
		i := past(fmt.Sprintf("O-%s%d", prefix, n), "", fmt.Sprintf("svc%s%d", prefix, n), 0, "Undo change "+title)
		i.Title, i.Symptom, i.Spike = title, "", nil
		list = append(list, i)
	}
	return list
}

func TestAnAlertThatCameAgainIsNoLessSure(t *testing.T) {
	fixes := []string{"Restart the consumers", "Purge the dead letters", "Scale out to 6 workers", "Fail over the broker", "Roll back the release"}
	r := newRig(t)
	r.learnt(otherProblems("")...)
	for n, fix := range fixes {
		r.learnt(again("", n, 1, func(int) string { return fix })...)
		if d := r.ask(engine.Question{Text: "Queue backlog on mailer: 7000 messages wait", Service: "mailer"}); d.Abstained || d.ConfidenceScore < 0.7 {
			t.Errorf("after %d times, each fixed another way: %v, %v", n+1, d.ConfidenceScore, d.Confidence.Reasons)
		}
	}
}

func TestWhatAQuestionCallsByItsIDIsShownFirst(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	numbered := past("4711", "", "billing", 0, "Restart billing")
	numbered.Spike = nil
	r.learnt(numbered)
	for _, text := range []string{"PM-2 happened again", "is it like pm-2?"} {
		d := r.ask(engine.Question{Text: text})
		if !d.Abstained || len(d.Evidence) == 0 || d.Evidence[0].ID != "PM-2" || d.Evidence[0].Why[0] != "the question names it" {
			t.Errorf("%q: %s, evidence %+v; want PM-2 nearest, and no match for its name alone", text, d.Match(), d.Evidence)
		}
	}
	if d := r.ask(engine.Question{Text: "port 4711 is taken"}); strings.Contains(strings.Join(d.Confidence.Reasons, " "), "names") {
		t.Errorf("a number is taken for a name: %v", d.Confidence.Reasons)
	}
}
