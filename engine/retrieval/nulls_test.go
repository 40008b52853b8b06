package retrieval

import (
	"fmt"
	"testing"
)

func TestNullsBeginWithTheDefaults(t *testing.T) {
	x := New(Options{})
	want := Nulls{N50: defaultN50, N99: defaultN99}
	if got := x.Nulls(); got != want {
		t.Errorf("an empty index has %+v, want %+v", got, want)
	}
	if err := x.Add(t.Context(), note("a", "no type"), note("b", "no type either")); err != nil {
		t.Fatal(err)
	}
	if got := x.Nulls(); got != want {
		t.Errorf("documents without types give %+v, want %+v", got, want)
	}
}

func TestNullsAreMeasuredOnOtherTypes(t *testing.T) {
	c := newCorpus(4_000)
	x := c.index(t, 150)
	n := x.Nulls()
	if n.Samples != maxSamples || n.N50 <= 0 || n.N99 <= n.N50 || n.N99 >= 1 {
		t.Errorf("got %+v", n)
	}
	// Many more of the very same: of one type, they say nothing about what is unrelated.
	before := x.Nulls()
	for i := range 60 {
		d := c.document(0)
		d.ID, d.Facets.Type, d.Fields = fmt.Sprint("twin", i), "type_twin", []Field{{"title", "the same words every night"}}
		if err := x.Add(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if after := x.Nulls(); after.N99 > before.N99+.1 {
		t.Errorf("twins of one type moved the nulls from %+v to %+v", before, after)
	}
}

func TestNullsAreKeptUntilTheIndexHasChangedMaterially(t *testing.T) {
	c := newCorpus(4_000)
	x := c.index(t, 60)
	before := x.nulls.last.Load()
	for i := range 12 {
		if err := x.Add(t.Context(), c.document(60+i)); err != nil {
			t.Fatal(err)
		}
	}
	if x.nulls.last.Load() != before {
		t.Error("measured again after a fifth")
	}
	for i := range 12 {
		if err := x.Add(t.Context(), c.document(72+i)); err != nil {
			t.Fatal(err)
		}
	}
	if x.nulls.last.Load() == before {
		t.Error("not measured again after two fifths")
	}
}
