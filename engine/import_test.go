package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/seeds"
)

// imports reads rows into the rig's store and returns what became of them.
func (r *rig) imports(rows string, adjust ...func(*engine.ImportOptions)) (engine.ImportReport, []engine.Line) {
	r.t.Helper()
	var bad []engine.Line
	opt := engine.ImportOptions{Bad: func(l engine.Line) { bad = append(bad, l) }}
	for _, f := range adjust {
		f(&opt)
	}
	report, err := r.Import(r.t.Context(), engine.ReadLines(strings.NewReader(rows), "", ""), opt)
	if err != nil {
		r.t.Fatal(err)
	}
	return report, bad
}

func (r *rig) exported() string {
	r.t.Helper()
	var b bytes.Buffer
	if err := r.Export(r.t.Context(), &b); err != nil {
		r.t.Fatal(err)
	}
	return b.String()
}

func (r *rig) events() int {
	r.t.Helper()
	var last int64
	err := r.store.View(r.t.Context(), func(rd engine.Reader) (err error) {
		last, _, err = rd.LastSeq(r.t.Context())
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return int(last)
}

const someRows = `{"kind":"incident","id":"OLD-1","title":"Checkout timed out","error_type":"database_timeout","service":"checkout","spike_percentage":450,"resolution":"Throttle connections to 30%","started_at":"2024-07-25","labels":{"team":"shop"},"tried":[{"action":"restart","outcome":"failed"}]}
{"kind":"incident","title":"Nobody knows when","text":"the lights went out"}
{"kind":"runbook","id":"RB-1","title":"DiskFull","alerts":["DiskFull"],"text":"## Mitigation\nGrow it."}
`

func TestTheSameImportAgainChangesNothing(t *testing.T) {
	r := newRig(t)
	if got, _ := r.imports(someRows); got != (engine.ImportReport{Incidents: 2, Runbooks: 1, Added: 3}) {
		t.Fatalf("first: %+v", got)
	}
	before, events := r.exported(), r.events()
	r.clock.Advance(time.Hour)
	if got, _ := r.imports(someRows); got != (engine.ImportReport{Unchanged: 3}) {
		t.Errorf("again: %+v", got)
	}
	if after := r.exported(); after != before || r.events() != events {
		t.Errorf("%d events more; before\n%s\nafter\n%s", r.events()-events, before, after)
	}
	changed := strings.Replace(someRows, "Grow it", "Delete archives", 1)
	if got, _ := r.imports(changed, func(o *engine.ImportOptions) { o.DryRun = true }); got != (engine.ImportReport{Runbooks: 1, Updated: 1, Unchanged: 2}) || r.exported() != before {
		t.Errorf("dry run: %+v", got)
	}
	if got, _ := r.imports(changed); got != (engine.ImportReport{Runbooks: 1, Updated: 1, Unchanged: 2}) || r.events() != events+1 {
		t.Errorf("changed: %+v", got)
	}
}

func TestAnExportImportedElsewhereIsExportedAlike(t *testing.T) {
	here, there := newRig(t), newRig(t)
	incidents, runbooks, err := seeds.Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := here.AddHistory(t.Context(), incidents, runbooks); err != nil {
		t.Fatal(err)
	}
	here.imports(someRows)
	fixed := here.ingest(alert("a")).Alerts[0].IncidentID
	here.clock.Advance(20 * time.Minute)
	if _, err := here.Resolve(t.Context(), fixed, engine.Resolution{Actor: "@a", Resolution: "raised the pool", RootCause: "too small"}); err != nil {
		t.Fatal(err)
	}
	here.ingest(alert("b", func(a *engine.Alert) { a.Service = "orders" })) // is open and not history

	out := here.exported()
	if n := strings.Count(out, "\n"); n != 10+10+3+1 {
		t.Errorf("%d rows", n)
	}
	there.clock.Advance(48 * time.Hour)
	if got, bad := there.imports(out); got.Added != 24 || len(bad) > 0 {
		t.Errorf("%+v, bad %v", got, bad)
	}
	if back := there.exported(); back != out {
		t.Errorf("exported\n%s\nfrom there\n%s", out, back)
	}
	var left []string
	got, bad := here.imports(there.exported(), func(o *engine.ImportOptions) { o.Left = func(ids []string) { left = append(left, ids...) } })
	if got != (engine.ImportReport{Unchanged: 24}) || len(bad) > 0 || !slices.Equal(left, []string{fixed}) {
		t.Errorf("back home: %+v, bad %v, left %v", got, bad, left)
	}
	if d := here.detail(fixed); d.Historical {
		t.Errorf("the live incident became history: %+v", d.Incident)
	}
	if got := strings.Count(there.exported(), `"seed":true`); got != 20 {
		t.Errorf("%d examples are marked there, want 20", got)
	}
}

func TestAnExampleNeverReplacesWhatIsOnesOwn(t *testing.T) {
	r := newRig(t)
	r.imports(`{"kind":"incident","id":"INC-2025-001","title":"ours"}` + "\n" + `{"kind":"runbook","id":"RB-1","title":"ours"}`)
	got, _ := r.imports(`{"kind":"incident","id":"INC-2025-001","title":"example","seed":true}` + "\n" + `{"kind":"runbook","id":"RB-1","title":"example","seed":true}`)
	if got != (engine.ImportReport{Unchanged: 2}) || strings.Contains(r.exported(), "example") {
		t.Errorf("%+v\n%s", got, r.exported())
	}
}

func TestABadRowKeepsNobodyOut(t *testing.T) {
	r := newRig(t)
	got, bad := r.imports("\ufeff" + `{"kind":"incident","title":"one"}` + "\r\n\r\n" + `{"kind":"incident"}` + "\nnope\n" + `{"kind":"runbook","title":"two"}`)
	if got != (engine.ImportReport{Incidents: 1, Runbooks: 1, Added: 2, BadCount: 2}) {
		t.Errorf("%+v", got)
	}
	if len(bad) != 2 || bad[0].Line != 3 || bad[1].Line != 4 {
		t.Errorf("bad: %+v", bad)
	}
}

func TestTheLaterRowOfAnIDCounts(t *testing.T) {
	r := newRig(t)
	got, _ := r.imports(`{"kind":"incident","id":"A","title":"first"}` + "\n" + `{"kind":"incident","id":"A","title":"second"}` + "\n" + `{"kind":"runbook","id":"A","title":"third"}`)
	if got != (engine.ImportReport{Incidents: 2, Runbooks: 1, Added: 2, Updated: 1}) || r.detail("A").Title != "second" {
		t.Errorf("%+v, %q", got, r.detail("A").Title)
	}
}

func TestWhereTheReaderBreaksOffTheRestIsIn(t *testing.T) {
	r := newRig(t)
	broken := errors.New("broken pipe")
	lines := engine.ReadLines(io.MultiReader(strings.NewReader(`{"kind":"incident","id":"A","title":"first"}`+"\n"+`{"kind":"inc`), &failing{broken}), "", "")
	got, err := r.Import(t.Context(), lines, engine.ImportOptions{})
	if !errors.Is(err, broken) || got != (engine.ImportReport{Incidents: 1, Added: 1}) || r.detail("A").Title != "first" {
		t.Errorf("%+v, %v", got, err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestALineThatIsTooLongIsBadAndTheNextIsRead(t *testing.T) {
	r := newRig(t)
	got, bad := r.imports(`{"kind":"incident","title":"` + strings.Repeat("x", 17<<20) + "\"}\n" + `{"kind":"incident","title":"next"}`)
	if got.Added != 1 || len(bad) != 1 || bad[0].Line != 1 || !strings.Contains(bad[0].Err.Error(), "16 MiB") {
		t.Errorf("%+v, %+v", got, bad)
	}
}

func TestImportedHistoryAdvises(t *testing.T) {
	r := newRig(t)
	r.imports(someRows)
	d, err := r.Analyze(t.Context(), engine.Question{ErrorType: "database_timeout", Spike: new(450.0), Service: "checkout", Text: "Checkout timed out"})
	if err != nil || d.MatchedIncident == nil || *d.MatchedIncident != "OLD-1" || d.ConfidenceScore != 0.95 {
		t.Errorf("incident: %+v, %v", d, err)
	}
	d, err = r.Analyze(t.Context(), engine.Question{Text: "a disk", Labels: map[string]string{"alertname": "DiskFull"}})
	if err != nil || d.RecommendedAction == nil || *d.RecommendedAction != "Grow it." {
		t.Errorf("runbook: %+v, %v", d, err)
	}
	d, err = r.Analyze(t.Context(), engine.Question{Text: "nobody knows when the lights went out"})
	if err != nil || d.RecommendedAction != nil || len(d.Evidence) == 0 || !strings.HasPrefix(d.Evidence[0].ID, "H-") {
		t.Errorf("without a fix: %+v, %v", d, err)
	}
}

func TestRemovingTheExamplesLeavesWhatIsOnesOwn(t *testing.T) {
	r := newRig(t)
	incidents, runbooks, err := seeds.Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.AddHistory(t.Context(), incidents, runbooks); err != nil {
		t.Fatal(err)
	}
	r.imports(someRows + `{"kind":"incident","id":"INC-2025-001","title":"our own now"}`)
	gone, books, err := r.RemoveExamples(t.Context())
	if err != nil || gone != 9 || books != 10 {
		t.Errorf("removed %d and %d, %v", gone, books, err)
	}
	if out := r.exported(); strings.Count(out, "\n") != 4 || strings.Contains(out, "seed") {
		t.Errorf("left:\n%s", out)
	}
	found, err := r.Search(t.Context(), engine.SearchQuery{Text: "kafka consumer lag"})
	if err != nil || slices.ContainsFunc(found, func(f engine.SearchResult) bool { return f.Example }) {
		t.Errorf("still found: %+v, %v", found, err)
	}
	if gone, books, err := r.RemoveExamples(t.Context()); err != nil || gone+books != 0 {
		t.Errorf("again: %d and %d, %v", gone, books, err)
	}
}

func TestAnEngineThatReadsNothingStillImportsAndExports(t *testing.T) {
	r := newRig(t, func(c *engine.Config) { c.Unread = true })
	r.imports(someRows)
	if n := strings.Count(r.exported(), "\n"); n != 3 {
		t.Errorf("%d rows", n)
	}
}

func BenchmarkImport(b *testing.B) {
	rows := func(round int) iter.Seq2[engine.Line, error] {
		return func(yield func(engine.Line, error) bool) {
			for n := range 10_000 {
				l := engine.Line{Line: n, Row: engine.Row{
					Kind: engine.KindIncident, ID: fmt.Sprintf("OLD-%d-%d", round, n), Title: "Checkout timed out at the database",
					Service: "checkout", ErrorType: "database_timeout", Symptom: "orders wait", Resolution: "Throttle connections to 30%",
					Text: strings.Repeat("the pool was full of sessions that waited for one row; ", 10),
				}}
				if !yield(l, nil) {
					return
				}
			}
		}
	}
	r := newRig(b, func(c *engine.Config) { c.Unread = true })
	b.ReportAllocs()
	for round := 0; b.Loop(); round++ {
		if _, err := r.Import(context.Background(), rows(round), engine.ImportOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func TestAnIDIsSearchedForAsSuch(t *testing.T) {
	r := newRig(t)
	r.imports(someRows + `{"kind":"incident","id":"OLD-2","title":"Checkout timed out again","text":"See OLD-1."}
{"kind":"runbook","id":"deploy","title":"How to ship","text":"Ship on Mondays."}`)
	for _, tt := range []struct{ text, kind, want string }{
		{"OLD-2", "", "OLD-2"},
		{"what was old-2, please?", "", "OLD-2"},
		{"rb-1", engine.KindRunbook, "RB-1"},
		{"OLD-2 OLD-2 checkout", engine.KindIncident, "OLD-2 OLD-1"},
		{"checkout timed out after a deploy", "", "OLD-1 OLD-2"},
	} {
		found, err := r.Search(t.Context(), engine.SearchQuery{Text: tt.text, Kind: tt.kind})
		var ids []string
		for _, f := range found {
			ids = append(ids, f.ID)
		}
		if got := strings.Join(ids, " "); err != nil || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%q (%s) finds %q, %v; want %q first", tt.text, tt.kind, got, err, tt.want)
		}
	}
}
