package retrieval

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// Nulls are the quantiles of the best Cosine that a text gets against documents that are not about it. They say what a
// Cosine is worth in this index: at N50 nothing, at N99 as much as words can say.
type Nulls struct {
	N50, N99 float64
	// Samples is how many documents they were measured on; 0 means that the defaults stand in.
	Samples int
}

// The defaults are what release notes and alerts of uncovered services reach in the 305 runbooks of the public
// development set: half of them .03, one in a hundred .12.
const (
	defaultN50 = .03
	defaultN99 = .12
)

// maxSamples bounds a measurement to about a tenth of a second with 10,000 documents. nullPrior is how many samples
// the defaults count for: below 19, not even a 95th percentile exists. A corpus has changed materially when it has
// grown or shrunk by a quarter.
const (
	maxSamples = 100
	nullPrior  = 20
	material   = 1.25
)

// nulls keeps the last measurement.
type nulls struct {
	last atomic.Pointer[measured]
	// busy lets one measure at a time; who comes second leaves it to the first.
	busy sync.Mutex
}

type measured struct {
	Nulls
	// size is the number of documents then.
	size int
}

// Nulls tells what Cosine means in this index. It costs nothing: Add and Remove measure when the index has changed
// materially.
func (x *Index) Nulls() Nulls {
	if m := x.nulls.last.Load(); m != nil {
		return m.Nulls
	}
	return Nulls{N50: defaultN50, N99: defaultN99}
}

// remeasure measures the nulls again where the index has changed materially since.
func (x *Index) remeasure(ctx context.Context) {
	if !x.nulls.busy.TryLock() {
		return
	}
	defer x.nulls.busy.Unlock()
	size := x.Len()
	if m := x.nulls.last.Load(); m != nil && float64(size) < float64(m.size)*material && float64(size) > float64(m.size)/material {
		return
	}
	var samples []float64
	for _, e := range x.probes() {
		if ctx.Err() != nil {
			return
		}
		if s, ok := x.null(e); ok {
			samples = append(samples, s)
		}
	}
	slices.Sort(samples)
	n := Nulls{
		N50:     shrunk(quantile(samples, .50), defaultN50, len(samples)),
		N99:     shrunk(quantile(samples, .99), defaultN99, len(samples)),
		Samples: len(samples),
	}
	x.nulls.last.Store(&measured{n, size})
}

// probes are the documents to measure with: those of known type, a sample of them that depends on nothing but their keys.
func (x *Index) probes() []*entry {
	x.mu.RLock()
	var typed []*entry
	for _, slots := range x.types {
		for _, slot := range slots {
			typed = append(typed, x.slots[slot])
		}
	}
	x.mu.RUnlock()
	drawn := func(e *entry) uint32 { return mix(hashString(e.key.String())) }
	slices.SortFunc(typed, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(drawn(a), drawn(b)), compareKeys(a.key, b.key))
	})
	return typed[:min(len(typed), maxSamples)]
}

// null is the best Cosine that one document's text gets against those that are surely about something else: their type
// is known and differs. A document without a type may well be about the same.
func (x *Index) null(probe *entry) (float64, bool) {
	a := analyse([]Field{{Text: probe.probe}}, maxQueryWords)
	found, said := x.lexical(a, wanted{n: shortlist, only: func(e *entry) bool {
		return e.typeKey != "" && e.typeKey != probe.typeKey
	}})
	top := 0.
	for _, f := range found {
		if f.legs.cosine(1) > top {
			coverage, _ := covered(f.entry, said)
			top = max(top, f.legs.cosine(coverage))
		}
	}
	return top, len(found) > 0 && len(a.tokens) > 0
}

// quantile is the value below which a share p of the sorted samples lies, 0 without samples.
func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(math.Ceil(p*float64(len(sorted))))-1]
}

// shrunk mixes a measured value with its default, by the number of samples.
func shrunk(value, fallback float64, samples int) float64 {
	if samples == 0 {
		return fallback
	}
	n := float64(samples)
	return (n*value + nullPrior*fallback) / (n + nullPrior)
}
