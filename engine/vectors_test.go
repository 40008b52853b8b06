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

// counting is an embedder that counts the texts it was asked for, and fails while
// it is told to.
type counting struct {
	mu    sync.Mutex
	asked int // texts that got a vector
	tries int
	down  bool
	dims  int // where not 0, of another model
}

func (c *counting) ID() string { return "counting" }

func (c *counting) Embed(_ context.Context, texts []string) ([][]float32, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tries++
	if c.down {
		return nil, errors.New("the endpoint is away")
	}
	c.asked += len(texts)
	vectors := make([][]float32, len(texts))
	for n, text := range texts {
		vectors[n] = append([]float32{float32(len(text)), 1, float32(len(text) % 7)}, make([]float32, max(0, c.dims-3))...)
	}
	return vectors, nil
}

func TestAnEndpointThatIsAwayIsToldOnceAndThatItIsBack(t *testing.T) {
	var log strings.Builder
	c := &counting{down: true}
	r := newRig(t, func(cfg *engine.Config) {
		cfg.Embedder, cfg.Log = c, slog.New(slog.NewTextHandler(&log, nil))
	})
	ask := func() {
		t.Helper()
		if _, err := r.Analyze(t.Context(), engine.Question{ErrorType: "queue_backlog", Text: "mail waits"}); err != nil {
			t.Fatal(err)
		}
	}
	told := func() (out [4]int) {
		for n, text := range []string{"has no vectors yet", "have no vectors meanwhile", "history has vectors", "have vectors again"} {
			out[n] = strings.Count(log.String(), text)
		}
		return out
	}
	for range 3 {
		r.learnt(history()...)
		ask()
	}
	if got := told(); got != [4]int{1, 1, 0, 0} {
		t.Errorf("while it is away: %v\n%s", got, &log)
	}
	c.down = false
	for range 3 {
		again := history()
		again[0].Title += "."
		r.learnt(again...)
		ask()
	}
	if got := told(); got != [4]int{1, 1, 1, 1} {
		t.Errorf("once it is back: %v\n%s", got, &log)
	}
}

func TestVectorsOfHistoryAreAskedForOnce(t *testing.T) {
	c := &counting{}
	r := newRig(t, func(cfg *engine.Config) { cfg.Embedder = c })
	r.learnt(history()...)
	if c.asked != 3 {
		t.Fatalf("%d texts for three incidents", c.asked)
	}
	again, err := engine.New(t.Context(), engine.Config{Store: r.store, Now: r.clock.Now, Embedder: c})
	if err != nil {
		t.Fatal(err)
	}
	if c.asked != 3 {
		t.Errorf("a second start asks for %d texts again", c.asked-3)
	}
	q := engine.Question{ErrorType: "queue_backlog", Spike: ptr(200)}
	if _, err := again.Analyze(t.Context(), q); err != nil || c.asked != 4 {
		t.Errorf("a question: %d texts, %v", c.asked-3, err)
	}
	if _, err := again.Analyze(t.Context(), q); err != nil || c.asked != 5 {
		t.Errorf("the same question again: %d texts; questions are not kept", c.asked-4)
	}
	c.down = true
	d, err := again.Analyze(t.Context(), q)
	if err != nil || d.Match() != "PM-1" {
		t.Errorf("without the endpoint: %s, %v", d.Match(), err)
	}
	if _, err := engine.New(t.Context(), engine.Config{Store: r.store, Embedder: c}); err != nil {
		t.Errorf("a start without the endpoint: %v", err)
	}
}

func TestAModelThatIsAnotherByNowIsAskedForTheHistoryAgain(t *testing.T) {
	c := &counting{}
	r := newRig(t, func(cfg *engine.Config) { cfg.Embedder = c })
	r.learnt(history()...)
	var log strings.Builder
	start := func() *engine.Engine {
		t.Helper()
		e, err := engine.New(t.Context(), engine.Config{Store: r.store, Now: r.clock.Now, Embedder: c, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	ask := func(what string, e *engine.Engine, want int) {
		t.Helper()
		before := c.asked
		if _, err := e.Analyze(t.Context(), engine.Question{ErrorType: "queue_backlog", Spike: ptr(200)}); err != nil {
			t.Fatal(err)
		}
		if got := c.asked - before; got != want {
			t.Errorf("%s: %d texts, want %d", what, got, want)
		}
	}
	const anew = 1 + 3 // the question and the history
	ask("at first", r.Engine, 1)
	c.dims = 5
	ask("another model while it runs, which may be a slip", r.Engine, 1)
	c.dims = 0
	ask("it was one", r.Engine, 1)
	c.dims = 5
	ask("another model, which may be a slip again", r.Engine, 1)
	ask("it is none", r.Engine, anew)
	ask("the next question", r.Engine, 1)
	ask("after a start, which has kept the new ones", start(), 1)
	if log.Len() > 0 {
		t.Errorf("nothing is wrong, and it says %s", &log)
	}
	c.dims = 3
	e := start()
	ask("another model since it last ran", e, 1)
	ask("it is no slip", e, anew)
	ask("the next question after that", e, 1)
	if got := log.String(); strings.Count(got, "have no vectors meanwhile") != 1 || strings.Count(got, "have vectors again") != 1 {
		t.Errorf("it says %s", got)
	}
}
