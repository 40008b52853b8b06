package retrieval

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// corpus invents incidents of about 80 words. Words are drawn as in a language: few are everywhere, most are rare.
type corpus struct {
	rng   *rand.Rand
	zipf  *rand.Zipf
	words []string
}

func newCorpus(vocabulary int) *corpus {
	rng := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ba con data er fail for ge ing ka kube lat lo mem net ode pod que re ser st ta time tion ut ver vol work")
	words := make([]string, vocabulary)
	for i := range words {
		for n := range 2 + rng.IntN(3) {
			words[i] += syllables[(i*7+n*n+rng.IntN(len(syllables)))%len(syllables)]
		}
	}
	return &corpus{rng, rand.NewZipf(rng, 1.1, 20, uint64(len(words)-1)), words}
}

func (c *corpus) text(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = c.words[c.zipf.Uint64()]
	}
	return strings.Join(words, " ")
}

func (c *corpus) document(i int) Document {
	size := float64(50 + c.rng.IntN(900))
	errorType := "type_" + strconv.Itoa(c.rng.IntN(300))
	service := "service-" + strconv.Itoa(c.rng.IntN(80))
	return Document{
		ID: fmt.Sprintf("INC-%06d", i), Kind: "incident",
		Fields: []Field{
			{"title", c.text(8)},
			{"type", errorType},
			{"service", service},
			{"symptom", c.text(22)},
			{"cause", c.text(20)},
			{"text", c.text(28)},
		},
		Facets: Facets{Type: errorType, Service: service, Magnitude: &size},
	}
}

func (c *corpus) index(tb testing.TB, n int) *Index {
	tb.Helper()
	x := New(Options{})
	docs := make([]Document, n)
	for i := range docs {
		docs[i] = c.document(i)
	}
	if err := x.Add(tb.Context(), docs...); err != nil {
		tb.Fatal(err)
	}
	return x
}

// percentiles reports the median and the 99th percentile of what one operation took.
func percentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{10, 200, 1_000, 10_000} {
		for _, words := range []int{6, 30} {
			b.Run(fmt.Sprintf("%d documents, %d words", n, words), func(b *testing.B) {
				c := newCorpus(30_000)
				x := c.index(b, n)
				var took []time.Duration
				for b.Loop() {
					size := 300.
					q := Query{Text: c.text(words), Type: "type_" + strconv.Itoa(c.rng.IntN(300)), Service: "service-1", Magnitude: &size}
					start := time.Now()
					if _, err := x.Search(b.Context(), q); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(start))
				}
				percentiles(b, took)
			})
		}
	}
}

func BenchmarkAddToTenThousand(b *testing.B) {
	c := newCorpus(30_000)
	x := c.index(b, 10_000)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		d := c.document(5_000 + i%1_000)
		start := time.Now()
		if err := x.Add(b.Context(), d); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	percentiles(b, took)
}

func BenchmarkSearchAfterEveryAdd(b *testing.B) {
	c := newCorpus(30_000)
	x := c.index(b, 10_000)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		if err := x.Add(b.Context(), c.document(i%1_000)); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if _, err := x.Search(b.Context(), Query{Text: c.text(30)}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	percentiles(b, took)
}
