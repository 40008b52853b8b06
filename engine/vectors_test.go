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
	asked int
	down  bool
}

func (c *counting) ID() string { return "counting" }

func (c *counting) Embed(_ context.Context, texts []string) ([][]float32, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return nil, errors.New("the endpoint is away")
	}
	c.asked += len(texts)
	vectors := make([][]float32, len(texts))
	for n, text := range texts {
		vectors[n] = []float32{float32(len(text)), 1, float32(len(text) % 7)}
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
