package engine_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/seeds"
)

// BenchmarkDecision measures a decision without its record, on histories of
// incidents of about 80 words. Budgets on two cores: p50 under 2 ms at 10,000
// incidents, p99 under 20 ms at 100,000.
func BenchmarkDecision(b *testing.B) {
	for _, size := range []int{10, 10_000, 100_000} {
		b.Run(fmt.Sprintf("incidents=%d", size), func(b *testing.B) {
			r := newRig(b)
			p := newProse(b)
			r.remember(p, size)
			questions := make([]engine.Question, 200)
			for n := range questions {
				questions[n] = engine.Question{Text: p.sentence(18)}
				if n%2 == 0 {
					questions[n].ErrorType, questions[n].Spike = p.errorType(), ptr(200)
				}
			}
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				start := time.Now()
				if _, err := r.Answer(b.Context(), questions[n%len(questions)]); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			report(b, took)
		})
	}
}

// BenchmarkStart measures what it takes an engine to know its history: from the
// store the first time, then from where it is kept. It prints what an incident
// takes in memory and in the file. Budget: 100,000 incidents within 2 s.
func BenchmarkStart(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		r := newRig(b)
		r.remember(newProse(b), size)
		r.Engine = nil // one engine in memory at a time
		cfg := engine.Config{Store: r.store, Now: r.clock.Now}
		b.Run(fmt.Sprintf("incidents=%d/from=store", size), func(b *testing.B) { r.starts(b, cfg, size) })
		cfg.Kept = engine.Kept{Path: filepath.Join(b.TempDir(), "history"), Build: func() (string, error) { return "1", nil }}
		e, err := engine.New(b.Context(), cfg)
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		if err := e.Run(ctx); err != nil { // keeps it, and ends
			b.Fatal(err)
		}
		e = nil
		file, err := os.Stat(cfg.Kept.Path)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("incidents=%d/from=kept", size), func(b *testing.B) {
			r.starts(b, cfg, size)
			b.ReportMetric(float64(file.Size())/float64(size), "B-kept/incident")
		})
	}
}

func (r *rig) starts(b *testing.B, cfg engine.Config, size int) {
	for b.Loop() {
		before := inUse()
		e, err := engine.New(b.Context(), cfg)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		b.ReportMetric(float64(inUse()-before)/float64(size), "B/incident")
		runtime.KeepAlive(e)
		b.StartTimer()
	}
}

// inUse is how much memory is in use.
func inUse() uint64 {
	runtime.GC()
	runtime.GC() // what the first has put aside in pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// remember fills the history.
func (r *rig) remember(p *prose, size int) {
	r.t.Helper()
	for from := 0; from < size; from += 1000 {
		var batch []engine.Incident
		for n := range min(1000, size-from) {
			i := past(fmt.Sprintf("PM-%06d", from+n), p.errorType(), fmt.Sprintf("svc-%d", p.random.IntN(60)), float64(50+p.random.IntN(900)), p.sentence(8))
			i.Symptom, i.RootCause, i.Text = p.sentence(14), p.sentence(18), p.sentence(40)
			batch = append(batch, i)
		}
		r.learnt(batch...)
	}
}

// report prints the median and the tail of what was measured.
func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e6, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e6, "p99-ms")
}

// prose writes sentences in the words of the examples: the commonest words are
// everywhere, most are rare, and one in twelve is a name of its own.
type prose struct {
	random *rand.Rand
	words  []string
}

func newProse(b testing.TB) *prose {
	b.Helper()
	incidents, _, err := seeds.Load()
	if err != nil {
		b.Fatal(err)
	}
	seen := make(map[string]int)
	for _, i := range incidents {
		for _, w := range strings.Fields(strings.ToLower(i.Title + " " + i.Text + " " + i.RootCause)) {
			seen[strings.Trim(w, ".,;:()`\"'")]++
		}
	}
	words := slices.Sorted(maps.Keys(seen))
	slices.SortStableFunc(words, func(x, y string) int { return seen[y] - seen[x] })
	return &prose{rand.New(rand.NewPCG(1, 2)), words}
}

func (p *prose) word() string {
	if p.random.IntN(12) == 0 {
		return fmt.Sprintf("node%x", p.random.IntN(1<<20))
	}
	return p.words[min(len(p.words)-1, int(p.random.ExpFloat64()*float64(len(p.words))/6))]
}

func (p *prose) sentence(words int) string {
	out := make([]string, words)
	for n := range out {
		out[n] = p.word()
	}
	return strings.Join(out, " ")
}

// errorType is one of a thousand.
func (p *prose) errorType() string {
	return fmt.Sprintf("%s_fault_%d", p.words[p.random.IntN(50)], p.random.IntN(20))
}
