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
// development set: half of them .13, one in a hundred .41.
const (
	defaultN50 = .13
	defaultN99 = .41
)

// maxSamples bounds a measurement to about a tenth of a second with 10,000 documents; maxProbes leaves some in reserve,
// for documents are removed, too. nullPrior is how many samples
// the defaults count for: below 19, not even a 95th percentile exists. A corpus has changed materially when it has
// grown or shrunk by a quarter.
const (
	maxSamples = 100
	maxProbes  = 8 * maxSamples
	nullPrior  = 20
	material   = 1.25
)

// nulls keeps the last measurement.
type nulls struct {
	last atomic.Pointer[measured]
	// busy lets one measure at a time; who comes second leaves it to the first.
	busy sync.Mutex
	// probes are what to measure with, a sample of the documents of known type; the index's lock is theirs, too. Who is
	// drawn depends on nothing but the keys: those that hash to strictest or less, which falls as the index grows.
	probes    []probe
	strictest uint32
}

// probe is a document of known type, and what somebody would have written about it.
type probe struct {
	*entry
	drawn uint32
	text  string
}

type measured struct {
	Nulls
	// size is the number of documents then.
	size int
}

// Nulls tells what Cosine means in this index. It costs nothing: Measure does when the index has changed
// materially.
func (x *Index) Nulls() Nulls {
	if m := x.nulls.last.Load(); m != nil {
		return m.Nulls
	}
	return Nulls{N50: defaultN50, N99: defaultN99}
}

// Measure measures the nulls again where the index has changed by a quarter since, in a fraction of a second.
func (x *Index) Measure(ctx context.Context) {
	if !x.nulls.busy.TryLock() {
		return
	}
	defer x.nulls.busy.Unlock()
	size := x.Len()
	if m := x.nulls.last.Load(); m != nil && float64(size) < float64(m.size)*material && float64(size) > float64(m.size)/material {
		return
	}
	var samples []float64
	for _, p := range x.sample() {
		if ctx.Err() != nil {
			return
		}
		if s, ok := x.null(p); ok {
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

// draw takes a document into the sample where it belongs there. The index is locked.
func (n *nulls) draw(r readDocument) {
	drawn := mix(hashString(r.key.String()))
	if r.typeKey == "" || n.strictest > 0 && drawn > n.strictest {
		return
	}
	n.probes = append(n.probes, probe{r.entry, drawn, probeText(*r.Document)})
	if len(n.probes) > maxProbes {
		n.sort()
		n.strictest = n.probes[maxProbes/2].drawn
		n.probes = slices.DeleteFunc(n.probes, func(p probe) bool { return p.drawn > n.strictest })
	}
}

// forget takes a document out of the sample. The index is locked.
func (n *nulls) forget(e *entry) {
	n.probes = slices.DeleteFunc(n.probes, func(p probe) bool { return p.entry == e })
}

func (n *nulls) sort() {
	slices.SortFunc(n.probes, func(a, b probe) int {
		return cmp.Or(cmp.Compare(a.drawn, b.drawn), compareKeys(a.key, b.key))
	})
}

// sample returns the documents to measure with.
func (x *Index) sample() []probe {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.nulls.sort()
	return slices.Clone(x.nulls.probes[:min(len(x.nulls.probes), maxSamples)])
}

// null is the best Cosine that one document's text gets against those that are surely about something else: their type
// is known and differs. A document without a type may well be about the same.
func (x *Index) null(probe probe) (float64, bool) {
	a := analyseQuery(probe.text)
	found, _ := x.lexical(probe.text, a, wanted{n: shortlist, only: func(e *entry) bool {
		return e.typeKey != "" && e.typeKey != probe.typeKey
	}})
	top := 0.
	for _, f := range found {
		top = max(top, f.legs.Passage)
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
