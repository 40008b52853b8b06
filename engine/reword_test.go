package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"ragoffire/engine"
)

// wordsmith stands for a model: what it answers is the test's.
type wordsmith struct {
	mu     sync.Mutex
	briefs []engine.Brief
	counts map[string]int
	answer func(engine.Brief) (engine.Draft, error)
}

func (w *wordsmith) Model() string { return "m1" }

func (w *wordsmith) Write(_ context.Context, b engine.Brief) (engine.Draft, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.briefs = append(w.briefs, b)
	return w.answer(b)
}

func (w *wordsmith) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what]++
}

func (w *wordsmith) told() (calls int, counts map[string]int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	counts = make(map[string]int)
	for k, v := range w.counts {
		counts[k] = v
	}
	return len(w.briefs), counts
}

func sound(engine.Brief) (engine.Draft, error) {
	return engine.Draft{
		Summary: "The queue of the mailer has a backlog, as in PM-1.", Action: "Double the workers of the mailer.",
		Check: "Look at 999 workers first.", Cites: []string{"PM-1"},
	}, nil
}

// wording is a rig with a writer, and the log.
func wording(t *testing.T, answer func(engine.Brief) (engine.Draft, error)) (*rig, *wordsmith, *lockedText) {
	t.Helper()
	w, log := &wordsmith{answer: answer, counts: make(map[string]int)}, &lockedText{}
	r := newRig(t, func(c *engine.Config) {
		c.Writer, c.CountWords, c.PostAnswers = w, w.count, true
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	})
	r.learnt(history()...)
	return r, w, log
}

type lockedText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var mailGrows = engine.Question{ErrorType: "queue_backlog", Spike: ptr(200), Service: "mailer", Text: "the mailer's queue grows"}

// stored is a decision as the store has it now.
func (r *rig) stored(id string) engine.Decision {
	r.t.Helper()
	d, err := r.Decision(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func TestWordsStandBesideTheDecision(t *testing.T) {
	r, w, _ := wording(t, sound)
	plain, err := r.Analyze(t.Context(), mailGrows)
	if err != nil || plain.Words != nil || plain.Generator != "deterministic" {
		t.Fatalf("before the model: %+v, %v", plain.Words, err)
	}
	r.running()
	r.eventually("words", func() bool { return r.stored(plain.ID).Words != nil })
	d := r.stored(plain.ID)
	if d.Words.Summary == "" || d.Words.Action == "" || d.Words.Check != "" || d.Words.Model != "m1" || d.Generator != "m1" {
		t.Errorf("%+v, generator %q; want the summary and the action, and not the invented check", d.Words, d.Generator)
	}
	if d.Match() != plain.Match() || *d.RecommendedAction != *plain.RecommendedAction || d.ConfidenceScore != plain.ConfidenceScore || d.Status != plain.Status {
		t.Errorf("the decision itself changed: %+v", d)
	}
	if _, counts := w.told(); counts["shown"] != 1 || counts["dropped_number"] != 1 {
		t.Errorf("counted %v", counts)
	}
	for _, p := range r.posts() {
		if p.Subject == d.ID && p.Wanted != 2 {
			t.Errorf("its message is wanted %d times; want the plain one and its edit", p.Wanted)
		}
	}
	events, err := r.Events(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if last := events[len(events)-1]; last.Type != engine.EventDecision || !strings.Contains(string(last.Data), d.Words.Summary) {
		t.Errorf("the last event is a %s: %s", last.Type, last.Data)
	}
}

func TestWhatFailedIsSpokenOfAndNeverAdvised(t *testing.T) {
	r, w, _ := wording(t, func(engine.Brief) (engine.Draft, error) {
		return engine.Draft{Summary: "The purge queue of the printer is full.", Action: "Restart the printer.", Check: "Restart the printer first."}, nil
	})
	printer := past("PM-4", "purge_queue", "printer", 70, "Move the purge queue of the printer to another disk")
	printer.Tried = []engine.Attempt{{Action: "Restart the printer", Outcome: "failed", Note: "full again"}}
	r.learnt(printer)
	r.running()
	d, err := r.Analyze(t.Context(), engine.Question{ErrorType: "purge_queue", Spike: ptr(70), Service: "printer"})
	if err != nil {
		t.Fatal(err)
	}
	r.eventually("words", func() bool { return r.stored(d.ID).Words != nil })
	if got := r.stored(d.ID).Words; got.Summary == "" || got.Action != "" || got.Check != "" {
		t.Errorf("%+v; want the summary alone", got)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !strings.Contains(w.briefs[0].Evidence[0].Text, "tried: Restart the printer: failed full again") {
		t.Errorf("the model was told\n%s", w.briefs[0].Evidence[0].Text)
	}
}

func TestTheSameEvidenceIsAskedAboutOnce(t *testing.T) {
	r, w, _ := wording(t, sound)
	r.running()
	for range 3 {
		d, err := r.Analyze(t.Context(), mailGrows)
		if err != nil {
			t.Fatal(err)
		}
		r.eventually("words", func() bool { return r.stored(d.ID).Words != nil })
	}
	if calls, counts := w.told(); calls != 1 || counts["reused"] != 2 {
		t.Errorf("%d calls, %v; want one, and its words used again", calls, counts)
	}
}

func TestWordsThatDoNotHoldAreNotAskedForAgain(t *testing.T) {
	r, w, _ := wording(t, func(engine.Brief) (engine.Draft, error) {
		return engine.Draft{Summary: "The mailer's queue has a backlog.", Cites: []string{"PM-9"}}, nil
	})
	r.running()
	for range 2 {
		d, err := r.Analyze(t.Context(), mailGrows)
		if err != nil {
			t.Fatal(err)
		}
		r.eventually("an end of it", func() bool { return r.stored(d.ID).WordedFor != "" })
		if got := r.stored(d.ID); got.Words != nil || got.Generator != "deterministic" {
			t.Errorf("%+v by %s", got.Words, got.Generator)
		}
	}
	if calls, counts := w.told(); calls != 1 || counts["dropped_id"] != 1 || counts["shown"] != 0 {
		t.Errorf("%d calls, %v", calls, counts)
	}
}

func TestAWriterThatFailsCostsTheWordsOnly(t *testing.T) {
	r, w, log := wording(t, func(engine.Brief) (engine.Draft, error) {
		return engine.Draft{}, errors.New("the endpoint answers 503 Service Unavailable")
	})
	r.running()
	d, err := r.Analyze(t.Context(), mailGrows)
	if err != nil {
		t.Fatal(err)
	}
	r.eventually("a failure", func() bool { _, counts := w.told(); return counts["failed"] == 1 })
	r.eventually("a warning", func() bool { return strings.Count(log.String(), "no words of a model") == 1 })
	if got := r.stored(d.ID); got.Words != nil || got.WordedFor != "" || got.Generator != "deterministic" || got.Match() != "PM-1" {
		t.Errorf("%+v", got)
	}
}

func TestWhatIsJudgedOrUnansweredGetsNoWords(t *testing.T) {
	r, w, _ := wording(t, sound)
	judged, err := r.Analyze(t.Context(), mailGrows)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Review(t.Context(), judged.ID, engine.Review{Verdict: engine.Approve, Actor: "ann"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Analyze(t.Context(), engine.Question{Text: "how do I bake sourdough bread"}); err != nil {
		t.Fatal(err)
	}
	r.running()
	last, err := r.Analyze(t.Context(), engine.Question{ErrorType: "replica_lag", Text: "replicas lag", Spike: ptr(90)})
	if err != nil {
		t.Fatal(err)
	}
	r.eventually("the last to be asked about", func() bool { return r.stored(last.ID).WordedFor != "" })
	if calls, _ := w.told(); calls != 1 || r.stored(judged.ID).Words != nil {
		t.Errorf("%d calls; want one, for what people have still to judge", calls)
	}
}
