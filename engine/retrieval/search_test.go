package retrieval

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// night is a small history.
func night() []Document {
	return []Document{
		incident("db", "database_timeout", "checkout", 450, "Checkout timed out, sessions queued for a row lock in the orders database"),
		incident("lag", "kafka_consumer_lag", "fulfilment", 320, "Parcels stood still, consumers fell behind their Kafka partitions"),
		incident("leak", "memory_leak", "recommendations", 280, "Pods were killed every hour, the heap grew with each request"),
		incident("disk", "disk_full", "search", 600, "Search refused writes, the volume with the index had no space left"),
		incident("cert", "certificate_expired", "partner-gateway", 1500, "Partners could not connect, the TLS certificate had expired"),
	}
}

func TestSearches(t *testing.T) {
	size := func(f float64) *float64 { return &f }
	twins := []Document{
		incident("far", "database_timeout", "billing", 4500, "Database timeouts"),
		incident("near", "database_timeout", "billing", 460, "Database timeouts"),
		incident("other", "database_timeout", "checkout", 4500, "Database timeouts"),
	}
	tests := []struct {
		name string
		docs []Document
		q    Query
		want string // how the hits begin
	}{
		{"by words", night(), Query{Text: "consumers behind on partitions"}, "lag"},
		{"by another form of the words", night(), Query{Text: "expiring certificates"}, "cert"},
		{"with a typing error", night(), Query{Text: "certifcate"}, "cert"},
		{"by type alone", night(), Query{Type: "disk_full"}, "disk"},
		{"by a type written otherwise", night(), Query{Type: "DiskFull"}, "disk"},
		{"by type against the words", night(), Query{Type: "disk_full", Text: "Parcels stood still, consumers fell behind"}, "disk lag"},
		{"by an unknown type's words", night(), Query{Type: "kafka_stuck"}, "lag"},
		{"the same service first", twins, Query{Type: "database_timeout", Service: "Checkout"}, "other"},
		{"the nearest magnitude first", twins, Query{Type: "database_timeout", Magnitude: size(450)}, "near"},
		{"ties by id", twins, Query{Type: "database_timeout"}, "far near other"},
		{"another kind", night(), Query{Text: "kafka", Kinds: []string{"runbook"}}, ""},
		{"several kinds", night(), Query{Text: "kafka", Kinds: []string{"runbook", "incident"}, K: 1}, "lag"},
		{"nothing", night(), Query{}, ""},
		{"nothing but a service", night(), Query{Service: "checkout", Magnitude: size(450)}, ""},
		{"an empty index", nil, Query{Text: "kafka", Type: "disk_full"}, ""},
		{"one document", night()[:1], Query{Text: "database"}, "db"},
		{"one document, no word of it", night()[:1], Query{Text: "xyzzy"}, ""},
		{"a type that is a number", []Document{incident("n", "100200300", "", 0, "")}, Query{Type: "100200300"}, "n"},
		{"a script without spaces", []Document{note("zh", "数据库连接超时"), note("ja", "データベース")}, Query{Text: "连接超时"}, "zh"},
		{"another alphabet, another form", []Document{note("ru", "база данных недоступна"), note("el", "βάση")}, Query{Text: "базы данных"}, "ru"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			hits := search(t, indexOf(t, test.docs...), test.q)
			if got := ids(hits); !strings.HasPrefix(got+" ", test.want+" ") || test.want == "" && got != "" {
				t.Errorf("found %q, want %q", got, test.want)
			}
			sane(t, hits)
		})
	}
}

// sane checks what is true of all hits.
func sane(tb testing.TB, hits []Hit) {
	tb.Helper()
	last := 1.
	for _, h := range hits {
		for _, f := range []float64{h.Score, h.Cosine, h.Coverage, h.Margin, h.Legs.Words, h.Legs.Chars} {
			if math.IsNaN(f) || f < 0 || f > 1+1e-9 {
				tb.Errorf("a score outside 0..1: %+v", h)
			}
		}
		if h.Score > last || h.Score == 0 {
			tb.Errorf("hits out of order: %+v after %v", h, last)
		}
		last = h.Score
	}
}

func TestAHitTellsWhatMatched(t *testing.T) {
	x := indexOf(t, night()...)
	hit := search(t, x, Query{
		Text: "Orders-Database timed out: DatabaseTimeout, and unheard-of row LOCKS", Type: "database_timeout", Service: "checkout",
	})[0]
	if hit.ID != "db" || !hit.SameType || !hit.SameService {
		t.Fatalf("the best is %+v", hit)
	}
	want := []string{"DatabaseTimeout", "LOCKS", "Orders", "timed", "out", "row"}
	for _, word := range want {
		if !slices.ContainsFunc(hit.Matched, func(m string) bool { return strings.Contains(m, word) }) {
			t.Errorf("%q is not among %q", word, hit.Matched)
		}
	}
	if slices.Contains(hit.Matched, "unheard") || slices.Contains(hit.Matched, "and") {
		t.Errorf("%q names what didn't match or what says nothing", hit.Matched)
	}
	if hit.Coverage <= .5 || hit.Coverage >= 1 {
		t.Errorf("coverage %v of a text with one unknown word", hit.Coverage)
	}
	if all := search(t, x, Query{Text: "row lock"})[0]; all.Coverage != 1 {
		t.Errorf("coverage %v of a text whose words are all there", all.Coverage)
	}
}

func TestCosineTellsALikenessFromABadLot(t *testing.T) {
	x := indexOf(t, night()...)
	like := search(t, x, Query{Text: "consumers fell behind their Kafka partitions"})[0]
	unlike := search(t, x, Query{Text: "whisk the eggs with sugar and bake them for an hour"})
	if like.Cosine < .3 {
		t.Errorf("a likeness has a cosine of %v", like.Cosine)
	}
	if len(unlike) > 0 && unlike[0].Cosine > .1 {
		t.Errorf("a recipe has a cosine of %v", unlike[0].Cosine)
	}
}

func TestATypeIsFoundInALongHistoryWithoutASharedWord(t *testing.T) {
	c := newCorpus(4_000)
	x := c.index(t, 300)
	rare := Document{ID: "rare", Kind: "incident", Fields: []Field{{"text", "xyzzy"}}, Facets: Facets{Type: "only_once"}}
	if err := x.Add(t.Context(), rare); err != nil {
		t.Fatal(err)
	}
	if hit := search(t, x, Query{Type: "OnlyOnce", Text: c.text(30)})[0]; hit.ID != "rare" || !hit.SameType {
		t.Errorf("found %+v", hit)
	}
	if hit := search(t, x, Query{Text: "xyzy"})[0]; hit.ID != "rare" {
		t.Errorf("a typing error in a long history found %+v", hit)
	}
}

func TestTheShortlistLosesNoBestHit(t *testing.T) {
	c := newCorpus(4_000)
	docs := make([]Document, 400)
	for i := range docs {
		docs[i] = c.document(i)
	}
	x := indexOf(t, docs...)
	for _, d := range docs[:40] {
		// Half of what somebody writes is about the incident, the other half is not.
		q := Query{Text: strings.Join(strings.Fields(d.Fields[3].Text)[:8], " ") + " " + c.text(8)}
		got := search(t, x, q)
		a, _ := q.read()
		all, _ := x.lexical(q.Text, a, wanted{n: len(docs)})
		fuseWords(all)
		newLift(q).rank(all)
		if got[0].ID != all[0].id {
			t.Errorf("found %s, but scoring every document gives %s", got[0].ID, all[0].id)
		}
	}
}

func TestAMegabyteIsReadInOneGo(t *testing.T) {
	log := strings.Repeat("2024-05-01T10:00:00Z ERROR kafka consumer lag on partition 7 of orders\n", 15_000)
	x := indexOf(t, append(night(), note("log", log), note("blob", strings.Repeat("x", 1<<20)))...)
	if got := ids(search(t, x, Query{Text: "kafka consumer lag partition orders", K: 2})); !strings.Contains(got, "log") {
		t.Errorf("found %q", got)
	}
	sane(t, search(t, x, Query{Text: log}))
	sane(t, search(t, x, Query{Text: strings.Repeat("\xff\x00", 1<<19)}))
}

func TestKLimitsTheHits(t *testing.T) {
	c := newCorpus(4_000)
	x := c.index(t, 300)
	for k, want := range map[int]int{0: DefaultK, -1: DefaultK, 1: 1, 50: 50, 1_000: 300} {
		if got := len(search(t, x, Query{Text: c.text(200), Type: "type_1", K: k})); got > want || k < 100 && got != want {
			t.Errorf("K %d gives %d hits, want %d", k, got, want)
		}
	}
}

func FuzzSearch(f *testing.F) {
	x := New(Options{})
	for i, d := range night() {
		d.Fields = append(d.Fields, Field{"text", fmt.Sprint("note\x00\xff ", i)})
		if err := x.Add(f.Context(), d); err != nil {
			f.Fatal(err)
		}
	}
	f.Add("database timeout", "disk_full", "checkout", 450., 3)
	f.Add("", "", "", 0., 0)
	f.Add("\x00\xff数据", "---", "\xff", math.Inf(-1), -1)
	f.Add("a b c", "x", "y", math.NaN(), 1<<30)
	f.Fuzz(func(t *testing.T, text, errorType, service string, size float64, k int) {
		result, err := x.Search(t.Context(), Query{Text: text, Type: errorType, Service: service, Magnitude: &size, K: k % 1_000})
		if err != nil {
			t.Fatal(err)
		}
		sane(t, result.Hits)
		NewTypes([]string{errorType, service, "database_timeout"}).Guess(text)
	})
}
