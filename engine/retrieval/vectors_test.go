package retrieval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// endpoint is an embedder that knows which words mean the same, as a model does, and can be told to fail.
type endpoint struct {
	embed func(ctx context.Context, texts []string) ([][]float32, error)
	calls atomic.Int32
}

func (e *endpoint) ID() string { return "model" }

func (e *endpoint) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	e.calls.Add(1)
	if e.embed != nil {
		return e.embed(ctx, texts)
	}
	return meanings(texts), nil
}

// meanings gives a vector with one dimension per topic.
func meanings(texts []string) [][]float32 {
	topics := []string{"database postgres sql rows", "queue kafka parcels", "memory heap killed", "disk space volume"}
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i] = []float32{.1, .1, .1, .1}
		for d, topic := range topics {
			for _, word := range strings.Fields(topic) {
				if slices.Contains(strings.Fields(strings.ToLower(text)), word) {
					vectors[i][d]++
				}
			}
		}
	}
	return vectors
}

func TestAModelFindsWhatSharesNoWord(t *testing.T) {
	for _, n := range []int{0, 300} {
		t.Run(fmt.Sprintf("among %d others", n), func(t *testing.T) {
			x := New(Options{Embedder: &endpoint{}})
			c := newCorpus(4_000)
			for i := range n {
				if err := x.Add(t.Context(), note(fmt.Sprint(i), c.text(20))); err != nil {
					t.Fatal(err)
				}
			}
			if err := x.Add(t.Context(), note("db", "postgres rows stuck"), note("mq", "parcels wait")); err != nil {
				t.Fatal(err)
			}
			if hits := search(t, x, Query{Text: "SQL down", Kinds: []string{"note"}, K: 1}); ids(hits) != "db" {
				t.Errorf("found %+v", hits)
			}
		})
	}
}

func TestVectorsThatCannotBeUsedAreRefused(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	tests := []struct {
		name    string
		vectors [][]float32
		want    string
	}{
		{"empty", [][]float32{{}}, "empty"},
		{"zero", [][]float32{{0, 0, 0, 0}}, "zero"},
		{"not a number", [][]float32{{1, nan, 0, 0}}, "no number"},
		{"infinite", [][]float32{{1, inf, 0, 0}}, "infinite"},
		{"of another dimension", [][]float32{{1, 2}}, "2 dimensions where 4 are needed"},
		{"too few", nil, "got 0 vectors"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := &endpoint{}
			x := New(Options{Embedder: e})
			if err := x.Add(t.Context(), note("good", "kafka")); err != nil {
				t.Fatal(err)
			}
			e.embed = func(context.Context, []string) ([][]float32, error) { return test.vectors, nil }
			err := x.Add(t.Context(), note("bad", "kafka lag"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("adding: %v, want %q", err, test.want)
			}
			result, err := x.Search(t.Context(), Query{Text: "kafka lag"})
			if err != nil || result.Skipped == nil || !strings.Contains(result.Skipped.Error(), test.want) {
				t.Errorf("searching: %v, skipped %v, want %q", err, result.Skipped, test.want)
			}
			if ids(result.Hits) != "bad good" {
				t.Errorf("found %q by words", ids(result.Hits))
			}
			e.embed = nil
			if left, err := x.EmbedMissing(t.Context()); left != 0 || err != nil {
				t.Errorf("%d left, %v", left, err)
			}
			for _, h := range search(t, x, Query{Text: "kafka lag"}) {
				if h.Legs.Vector == 0 {
					t.Errorf("%s still has no vector", h.ID)
				}
			}
		})
	}
}

func TestASearchGoesWithoutAModelThatFails(t *testing.T) {
	e := &endpoint{}
	x := New(Options{Embedder: e})
	if err := x.Add(t.Context(), night()...); err != nil {
		t.Fatal(err)
	}
	down := errors.New("connection refused")
	e.embed = func(context.Context, []string) ([][]float32, error) { return nil, down }
	result, err := x.Search(t.Context(), Query{Text: "kafka partitions"})
	if err != nil || !errors.Is(result.Skipped, down) || result.Hits[0].ID != "lag" {
		t.Errorf("found %q, skipped %v, %v", ids(result.Hits), result.Skipped, err)
	}
	if err := x.Add(t.Context(), note("new", "printer on fire")); !errors.Is(err, down) {
		t.Errorf("adding: %v", err)
	}
	if left, err := x.EmbedMissing(t.Context()); left != 1 || !errors.Is(err, down) {
		t.Errorf("%d left, %v", left, err)
	}
	x.Remove("note", "new")
	if left, err := x.EmbedMissing(t.Context()); left != 0 || err != nil {
		t.Errorf("after its removal, %d left, %v", left, err)
	}
}

func TestManyBadVectorsAreOneShortError(t *testing.T) {
	e := &endpoint{embed: func(_ context.Context, texts []string) ([][]float32, error) {
		zeros := make([][]float32, len(texts))
		for n := range zeros {
			zeros[n] = []float32{0, 0}
		}
		return zeros, nil
	}}
	x := New(Options{Embedder: e})
	var docs []Document
	for n := range 500 {
		docs = append(docs, note(strconv.Itoa(n), "a printer is on fire"))
	}
	err := x.Add(t.Context(), docs...)
	if err == nil || len(err.Error()) > 200 || !strings.HasSuffix(err.Error(), "and 499 more") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
}

func TestASearchDoesNotWaitForASlowModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{}
		x := New(Options{Embedder: e, Patience: time.Second})
		if err := x.Add(t.Context(), night()...); err != nil {
			t.Fatal(err)
		}
		e.embed = func(ctx context.Context, _ []string) ([][]float32, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		start := time.Now()
		result, err := x.Search(t.Context(), Query{Text: "kafka partitions"})
		if err != nil || !errors.Is(result.Skipped, context.DeadlineExceeded) || result.Hits[0].ID != "lag" {
			t.Errorf("found %q, skipped %v, %v", ids(result.Hits), result.Skipped, err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestADocumentWithoutTextNeedsNoVector(t *testing.T) {
	e := &endpoint{}
	x := New(Options{Embedder: e})
	empty := Document{ID: "a", Kind: "note", Facets: Facets{Type: "disk_full"}}
	if err := x.Add(t.Context(), empty); err != nil || e.calls.Load() != 0 {
		t.Errorf("%v after %d calls", err, e.calls.Load())
	}
	if got := ids(search(t, x, Query{Type: "disk_full"})); got != "a" {
		t.Errorf("found %q", got)
	}
}

func TestManyTextsAreEmbeddedInBatches(t *testing.T) {
	e := &endpoint{}
	e.embed = func(_ context.Context, texts []string) ([][]float32, error) {
		if len(texts) > embedBatch {
			return nil, fmt.Errorf("%d texts at once", len(texts))
		}
		for _, text := range texts {
			if len(text) > maxEmbed || text == "" || strings.Contains(text, "\x00") {
				return nil, fmt.Errorf("a text of %d bytes", len(text))
			}
		}
		return meanings(texts), nil
	}
	x := New(Options{Embedder: e})
	docs := []Document{note("long", strings.Repeat("語", maxEmbed)), note("empty", " \x00 "), note("bad", "a\x00\xff")}
	for i := range 2 * embedBatch {
		docs = append(docs, note(fmt.Sprint(i), "kafka"))
	}
	if err := x.Add(t.Context(), docs...); err != nil {
		t.Fatal(err)
	}
}

func TestAnIndexThatIsEmptyAgainTakesVectorsOfAnyModel(t *testing.T) {
	e := &endpoint{}
	x := New(Options{Embedder: e})
	if err := x.Add(t.Context(), note("old", "kafka lag")); err != nil {
		t.Fatal(err)
	}
	x.Remove("note", "old")
	e.embed = func(_ context.Context, texts []string) ([][]float32, error) {
		vectors := make([][]float32, len(texts))
		for n := range vectors {
			vectors[n] = []float32{1, 2}
		}
		return vectors, nil
	}
	if err := x.Add(t.Context(), note("new", "kafka lag")); err != nil {
		t.Fatal(err)
	}
	if hits := search(t, x, Query{Text: "kafka lag"}); len(hits) != 1 || hits[0].Legs.Vector == 0 {
		t.Errorf("found %+v; want it by its vector", hits)
	}
}
