package retrieval

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/philippgille/chromem-go"
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

// runbook invents one of 2,000 words.
func (c *corpus) runbook(i int) Document {
	return Document{
		ID: fmt.Sprintf("RB-%06d", i), Kind: "runbook",
		Fields: []Field{{"title", c.text(6)}, {"text", c.text(2_000)}},
	}
}

// documents are n incidents; one of 500 is a runbook instead.
func (c *corpus) documents(n int) []Document {
	docs := make([]Document, n)
	for i := range docs {
		if i%500 == 499 {
			docs[i] = c.runbook(i)
		} else {
			docs[i] = c.document(i)
		}
	}
	return docs
}

func (c *corpus) index(tb testing.TB, n int) *Index {
	tb.Helper()
	x := New(Options{})
	if err := x.Add(tb.Context(), c.documents(n)...); err != nil {
		tb.Fatal(err)
	}
	return x
}

func (c *corpus) query(words int) Query {
	size := 300.
	return Query{Text: c.text(words), Type: "type_" + strconv.Itoa(c.rng.IntN(300)), Service: "service-1", Magnitude: &size}
}

// percentiles reports the median and the 99th percentile of what one operation took, and returns the median in
// milliseconds.
func percentiles(b *testing.B, took []time.Duration) float64 {
	slices.Sort(took)
	median := float64(took[len(took)/2].Microseconds()) / 1000
	b.ReportMetric(median, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	return median
}

// searches measures searches for texts of that many words.
func searches(b *testing.B, c *corpus, x *Index, words int) float64 {
	var took []time.Duration
	for b.Loop() {
		q := c.query(words)
		start := time.Now()
		if _, err := x.Search(b.Context(), q); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	return percentiles(b, took)
}

// BenchmarkSearch prints how the median grows from 1,000 documents on: 10 would be linear at 10,000, 100 at 100,000.
func BenchmarkSearch(b *testing.B) {
	medians := map[int]float64{}
	for _, n := range []int{10, 200, 1_000, 10_000, 100_000} {
		c := newCorpus(30_000)
		x := c.index(b, n)
		for _, words := range []int{6, 30} {
			b.Run(fmt.Sprintf("%d documents, %d words", n, words), func(b *testing.B) {
				median := searches(b, c, x, words)
				if n == 1_000 {
					medians[words] = median
				}
				if n > 1_000 && medians[words] > 0 {
					b.ReportMetric(median/medians[words], "growth")
				}
			})
		}
	}
}

// BenchmarkAgainstChromem prints how long a plain chromem-go query takes over the same documents, as vectors that
// hash their words, and how many searches fit into that.
func BenchmarkAgainstChromem(b *testing.B) {
	const n = 10_000
	c := newCorpus(30_000)
	docs := c.documents(n)
	x := New(Options{})
	if err := x.Add(b.Context(), docs...); err != nil {
		b.Fatal(err)
	}
	collection, err := chromem.NewDB().CreateCollection("plain", nil, neverEmbed)
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range docs {
		vector := plainVector(analyse(d.Fields, maxWords))
		if err := collection.AddDocument(b.Context(), chromem.Document{ID: d.ID, Embedding: vector}); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	var plain, ours time.Duration
	for b.Loop() {
		q := c.query(30)
		start := time.Now()
		vector := plainVector(analyse([]Field{{Text: q.Text}}, maxQueryWords))
		if _, err := collection.QueryEmbedding(b.Context(), vector, DefaultK, nil, nil); err != nil {
			b.Fatal(err)
		}
		plain += time.Since(start)
		start = time.Now()
		if _, err := x.Search(b.Context(), q); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
	}
	b.ReportMetric(float64(plain.Microseconds())/1000/float64(b.N), "chromem-ms/op")
	b.ReportMetric(float64(ours.Microseconds())/1000/float64(b.N), "search-ms/op")
	b.ReportMetric(float64(plain)/float64(ours), "chromem/search")
}

// plainVector hashes words and characters with a sign into 2,048 dimensions: at 384, features collide so often that a
// fifth of the right answers is lost on public post-mortems.
func plainVector(a analysis) []float32 {
	vector := make([]float32, 2048)
	put := func(hash uint32, weight float32) {
		if hash&(1<<31) != 0 {
			weight = -weight
		}
		vector[hash%2048] += weight
	}
	var chars []uint16
	for _, t := range a.terms {
		put(mix(hashString(t.stem)), damp(t.count))
		chars = appendGrams(chars[:0], t.stem)
		for _, c := range chars {
			put(mix(uint32(c)+pairBuckets), .2*damp(t.count))
		}
	}
	unit, err := normalised(vector)
	if err != nil {
		vector[0] = 1
		return vector
	}
	return unit
}

// BenchmarkBuild adds 100,000 documents at once.
func BenchmarkBuild(b *testing.B) {
	docs := newCorpus(30_000).documents(100_000)
	for b.Loop() {
		if err := New(Options{}).Add(b.Context(), docs...); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMemory prints what an index keeps of a document, and how often the document's text would fit into that.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("%d documents", n), func(b *testing.B) {
			docs := newCorpus(30_000).documents(n)
			text := 0
			for _, d := range docs {
				for _, f := range d.Fields {
					text += len(f.Text)
				}
			}
			for b.Loop() {
				before := heap()
				x := New(Options{})
				if err := x.Add(b.Context(), docs...); err != nil {
					b.Fatal(err)
				}
				kept := float64(heap() - before)
				b.ReportMetric(kept/float64(n), "B/document")
				b.ReportMetric(float64(text)/float64(n), "textB/document")
				b.ReportMetric((kept-1024*float64(n))/float64(text), "texts-over-1KiB")
				runtime.KeepAlive(x)
			}
		})
	}
}

// heap is how much memory is in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what the first has put aside in pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
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
