package engine_test

import (
	"context"
	"errors"
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
