package retrieval

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// note is a document with one text.
func note(id, text string) Document {
	return Document{ID: id, Kind: "note", Fields: []Field{{"text", text}}}
}

// incident is a document with a type and a magnitude.
func incident(id, errorType, service string, size float64, text string) Document {
	return Document{
		ID: id, Kind: "incident", Fields: []Field{{"title", text}, {"type", errorType}, {"service", service}},
		Facets: Facets{Type: errorType, Service: service, Magnitude: &size},
	}
}

func indexOf(tb testing.TB, docs ...Document) *Index {
	tb.Helper()
	x := New(Options{})
	if err := x.Add(tb.Context(), docs...); err != nil {
		tb.Fatal(err)
	}
	return x
}

func search(tb testing.TB, x *Index, q Query) []Hit {
	tb.Helper()
	result, err := x.Search(tb.Context(), q)
	if err != nil {
		tb.Fatal(err)
	}
	if result.Skipped != nil {
		tb.Fatalf("the vector leg was skipped: %v", result.Skipped)
	}
	return result.Hits
}

func ids(hits []Hit) string {
	names := make([]string, len(hits))
	for i, h := range hits {
		names[i] = h.ID
	}
	return strings.Join(names, " ")
}

func TestADocumentIsReplacedByItsKey(t *testing.T) {
	x := indexOf(t, note("a", "disk full on search"), note("b", "kafka lag"))
	if err := x.Add(t.Context(), note("a", "certificate expired")); err != nil {
		t.Fatal(err)
	}
	if x.Len() != 2 {
		t.Errorf("%d documents, want 2", x.Len())
	}
	if got := ids(search(t, x, Query{Text: "expired certificate", K: 1})); got != "a" {
		t.Errorf("found %q by the new text", got)
	}
	for _, h := range search(t, x, Query{Text: "disk full"}) {
		if h.Coverage > 0 {
			t.Errorf("found %s by the old text", h.ID)
		}
	}
	handbook := note("a", "disk full")
	handbook.Kind = "handbook"
	if err := x.Add(t.Context(), handbook); err != nil {
		t.Fatal(err)
	}
	if x.Len() != 3 {
		t.Errorf("the same id of another kind replaced a document")
	}
}

func TestARemovedDocumentIsGone(t *testing.T) {
	x := indexOf(t, incident("a", "disk_full", "search", 600, "disk full"), incident("b", "kafka_lag", "orders", 320, "lag"))
	x.Remove("incident", "a", "never there")
	x.Remove("note", "b")
	if got := ids(search(t, x, Query{Text: "disk full", Type: "disk_full"})); strings.Contains(got, "a") {
		t.Errorf("found %q", got)
	}
	if x.Len() != 1 {
		t.Errorf("%d documents, want 1", x.Len())
	}
	x.Remove("incident", "b")
	if hits := search(t, x, Query{Text: "lag"}); len(hits) > 0 {
		t.Errorf("an empty index finds %v", hits)
	}
}

func TestADocumentWithoutAnIDIsRefused(t *testing.T) {
	x := New(Options{})
	if err := x.Add(t.Context(), note("a", "fine"), note("", "not")); err == nil {
		t.Error("it was taken")
	}
	if x.Len() != 0 {
		t.Errorf("%d documents of a refused call are in", x.Len())
	}
}

func TestCallersKeepWhatTheyPassed(t *testing.T) {
	d := incident("a", "disk_full", "search", 600, "disk full")
	x := indexOf(t, d)
	*d.Facets.Magnitude = 1
	size := 600.
	with := search(t, x, Query{Type: "disk_full", Magnitude: &size})
	if with[0].Score < .999 {
		t.Errorf("the caller's change shows in the index: %+v", with[0])
	}
}

// TestScoresDependOnlyOnTheDocumentsHeld compares an index that has been through adding, replacing and removing with
// one that was built in one go.
func TestScoresDependOnlyOnTheDocumentsHeld(t *testing.T) {
	for _, n := range []int{30, 200} {
		t.Run(fmt.Sprintf("%d documents", n), func(t *testing.T) {
			c := newCorpus(4_000)
			rng := rand.New(rand.NewPCG(7, uint64(n)))
			lived := New(Options{})
			held := map[string]Document{}
			for range 2 * n {
				d := c.document(rng.IntN(n))
				if rng.IntN(4) == 0 {
					lived.Remove(d.Kind, d.ID)
					delete(held, d.ID)
					continue
				}
				if err := lived.Add(t.Context(), d); err != nil {
					t.Fatal(err)
				}
				held[d.ID] = d
			}
			fresh := indexOf(t, slices.Collect(maps.Values(held))...)
			if lived.Len() != len(held) || fresh.Len() != len(held) {
				t.Fatalf("%d and %d documents, want %d", lived.Len(), fresh.Len(), len(held))
			}
			for range 30 {
				q := Query{Text: c.text(1 + rng.IntN(30)), Type: fmt.Sprintf("type_%d", rng.IntN(300))}
				got, want := search(t, lived, q), search(t, fresh, q)
				if len(got) != len(want) {
					t.Fatalf("%+v: %d hits, want %d", q, len(got), len(want))
				}
				for i := range got {
					if math.Abs(got[i].Score-want[i].Score) > 1e-5 || math.Abs(got[i].Cosine-want[i].Cosine) > 1e-5 {
						t.Fatalf("%+v: hit %d is %+v, want %+v", q, i, got[i], want[i])
					}
				}
			}
		})
	}
}

func TestReadersAndWritersShareAnIndex(t *testing.T) {
	c := newCorpus(4_000)
	docs := make([]Document, 160)
	queries := make([]string, 40)
	for i := range docs {
		docs[i] = c.document(i)
	}
	for i := range queries {
		queries[i] = c.text(10)
	}
	x := New(Options{Embedder: &endpoint{}})
	ctx := t.Context()
	var group sync.WaitGroup
	for w := range 2 {
		group.Go(func() {
			for i, d := range docs {
				if err := x.Add(ctx, d); err != nil {
					t.Error(err)
				}
				if i%3 == w {
					x.Remove(d.Kind, d.ID)
				}
			}
		})
		group.Go(func() {
			for _, q := range queries {
				if _, err := x.Search(ctx, Query{Text: q, Kinds: []string{"incident"}}); err != nil {
					t.Error(err)
				}
				x.Nulls()
			}
		})
	}
	group.Wait()
	if err := x.Add(ctx, docs...); err != nil {
		t.Fatal(err)
	}
	if x.Len() != len(docs) || x.vectors.collection.Count() != len(docs) {
		t.Errorf("%d documents and %d vectors, want %d", x.Len(), x.vectors.collection.Count(), len(docs))
	}
}

func TestAddStopsWhenItsContextIsDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	x := New(Options{})
	if err := x.Add(ctx, note("a", "text")); err == nil {
		t.Error("no error")
	}
	if _, err := x.Search(ctx, Query{Text: "text"}); err == nil {
		t.Error("no error from a search")
	}
}

func TestTheBestAreKeptWhateverTheirOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	for range 200 {
		all := make([]ranked, 1+rng.IntN(60))
		for i := range all {
			all[i] = ranked{&entry{key: key{"k", fmt.Sprintf("%03d", i)}}, float32(rng.IntN(8))}
		}
		kept := best(10)
		for _, i := range rng.Perm(len(all)) {
			if kept.takes(all[i].score) {
				kept.add(all[i].entry, all[i].score)
			}
		}
		slices.SortFunc(all, func(a, b ranked) int {
			if worse(b, a) {
				return -1
			}
			return 1
		})
		want := map[*entry]bool{}
		for _, r := range all[:min(10, len(all))] {
			want[r.entry] = true
		}
		for _, e := range kept.entries() {
			if !want[e] {
				t.Fatalf("kept %s, which is not among the best", e.id)
			}
		}
		if len(kept.entries()) != len(want) {
			t.Fatalf("kept %d, want %d", len(kept.entries()), len(want))
		}
	}
}
