package retrieval

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"testing"
	"time"
)

// restored is an index from a snapshot of another.
func restored(tb testing.TB, x *Index) *Index {
	tb.Helper()
	var b bytes.Buffer
	if err := x.Snapshot().Write(&b); err != nil {
		tb.Fatal(err)
	}
	y := New(Options{})
	if err := y.Restore(&b); err != nil {
		tb.Fatal(err)
	}
	return y
}

func TestAnIndexFromASnapshotAnswersLikeTheOneThatWasSaved(t *testing.T) {
	c := newCorpus(2000)
	docs := c.documents(800)
	for n := range 40 {
		docs = append(docs, c.runbook(n))
	}
	x := indexOf(t, docs...)
	var gone []string
	for n := 0; n < 800; n += 7 {
		gone = append(gone, docs[n].ID)
	}
	x.Remove(docs[0].Kind, gone...)
	same := func(what string, x, y *Index) {
		t.Helper()
		if x.Len() != y.Len() || x.Nulls() != y.Nulls() {
			t.Fatalf("%s: %d documents and nulls %v, want %d and %v", what, y.Len(), y.Nulls(), x.Len(), x.Nulls())
		}
		for n := range 60 {
			q := c.query(4 + n%20)
			if n%3 == 0 {
				q.Text = docs[801+n%30].ID + " " + q.Text + " misspeled"
			}
			if want, got := search(t, x, q), search(t, y, q); !reflect.DeepEqual(want, got) {
				t.Fatalf("%s: %q finds\n%v\nwant\n%v", what, q.Text, got, want)
			}
		}
	}
	y := restored(t, x)
	same("restored", x, y)
	// Both go on alike: what is replaced, added and removed later.
	for _, index := range []*Index{x, y} {
		changed := c.documents(0)
		for n := 1; n < 400; n += 3 {
			d := docs[n]
			d.Fields = docs[n+300].Fields
			changed = append(changed, d)
		}
		if err := index.Add(t.Context(), append(changed, docs[:70]...)...); err != nil {
			t.Fatal(err)
		}
		index.Remove(docs[0].Kind, docs[3].ID, docs[700].ID)
	}
	same("changed since", x, y)
	same("restored again", y, restored(t, y))
}

func TestAnEmptyIndexIsRestored(t *testing.T) {
	y := restored(t, New(Options{}))
	if err := y.Add(t.Context(), note("a", "disk full on the database host")); err != nil {
		t.Fatal(err)
	}
	if got := ids(search(t, y, Query{Text: "disk full"})); got != "a" {
		t.Errorf("found %q, want a", got)
	}
}

func TestASnapshotIsReadToItsEndAndNoFurther(t *testing.T) {
	var b bytes.Buffer
	if err := indexOf(t, note("a", "disk full")).Snapshot().Write(&b); err != nil {
		t.Fatal(err)
	}
	b.WriteString("behind it")
	in := bufio.NewReader(&b)
	if err := New(Options{}).Restore(in); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(in); err != nil || string(rest) != "behind it" {
		t.Errorf("behind it stands %q, %v", rest, err)
	}
}

func TestADamagedSnapshotIsRefused(t *testing.T) {
	c := newCorpus(200)
	var b bytes.Buffer
	if err := indexOf(t, c.documents(20)...).Snapshot().Write(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	for _, cut := range []int{0, 1, 10, len(whole) / 2, len(whole) - 1} {
		if err := New(Options{}).Restore(bytes.NewReader(whole[:cut])); err == nil {
			t.Errorf("the first %d bytes of %d are taken for a snapshot", cut, len(whole))
		}
	}
	// A byte that was changed may go unnoticed here, but nothing may break by it.
	for n := 0; n < len(whole); n += 1 + len(whole)/150 {
		damaged := bytes.Clone(whole)
		damaged[n] ^= 1 << (n % 8)
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("byte %d of %d changed: %v", n, len(whole), p)
				}
			}()
			_ = New(Options{}).Restore(bytes.NewReader(damaged))
		}()
	}
}

// BenchmarkRestore compares reading a snapshot with building the index anew, in one run.
func BenchmarkRestore(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("documents=%d", n), func(b *testing.B) {
			c := newCorpus(20_000)
			docs := c.documents(n)
			start := time.Now()
			x := indexOf(b, docs...)
			built := time.Since(start)
			var snapshot bytes.Buffer
			if err := x.Snapshot().Write(&snapshot); err != nil {
				b.Fatal(err)
			}
			docs, x = nil, nil
			runtime.GC()
			var took time.Duration
			for b.Loop() {
				start := time.Now()
				if err := New(Options{}).Restore(bytes.NewReader(snapshot.Bytes())); err != nil {
					b.Fatal(err)
				}
				took = time.Since(start)
			}
			b.ReportMetric(float64(snapshot.Len())/float64(n), "B/document")
			b.ReportMetric(built.Seconds()/took.Seconds(), "times-faster-than-building")
		})
	}
}
