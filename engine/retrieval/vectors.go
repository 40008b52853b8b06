package retrieval

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/philippgille/chromem-go"
)

// A scan of all vectors touches at most so many numbers; where the history outgrows that, the vector leg scores only
// what the other legs found, so many of the best. On two cores, chromem-go scans about 900,000 numbers in a millisecond
// and takes 4 µs to hand out one vector. An endpoint takes a hundred milliseconds for the query's vector alone, and finds
// what shares no word: its scan covers 10,000 documents of 1,536 dimensions.
const (
	scanned  = 10_000 * 1536
	rescored = 100
)

// vectors is the dense leg. The collection is made with the first vector, which sets the dimension.
type vectors struct {
	mu         sync.RWMutex
	collection *chromem.Collection
	dims       int
	// texts are those of the documents whose vectors are missing, made of the others.
	texts, made map[key]string
	// strange is the dimension of the last question's vector where it was another than dims.
	strange int
}

// put stores a document's vector; unless current says, under the lock, that the document is gone or has changed since.
func (v *vectors) put(ctx context.Context, embedder string, k key, vector []float32, current func() bool) error {
	unit, err := normalised(vector)
	if err != nil {
		return fmt.Errorf("vector of %s %q: %w", k.kind, k.id, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.collection == nil || v.collection.Count() == 0 {
		name := embedder + "/" + strconv.Itoa(len(unit))
		v.collection, err = chromem.NewDB().CreateCollection(name, nil, neverEmbed)
		if err != nil {
			return fmt.Errorf("vector collection %q: %w", name, err)
		}
		v.dims = len(unit)
	}
	if len(unit) != v.dims {
		return fmt.Errorf("vector of %s %q: %w", k.kind, k.id, wrongDims(len(unit), v.dims))
	}
	if !current() {
		return nil
	}
	doc := chromem.Document{ID: k.String(), Metadata: map[string]string{"kind": k.kind}, Embedding: unit}
	if err := v.collection.AddDocument(ctx, doc); err != nil {
		return fmt.Errorf("vector of %s %q: %w", k.kind, k.id, err)
	}
	v.made[k] = v.texts[k]
	delete(v.texts, k)
	return nil
}

// outgrown hears of a question's dimension. One that is another may be a slip; two in a row are another model's: all
// vectors are let go, and their texts wait for new ones.
func (v *vectors) outgrown(dims int) bool {
	v.mu.RLock()
	usual := v.dims == dims && v.strange == 0
	v.mu.RUnlock()
	if usual {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.collection == nil || v.collection.Count() == 0 || v.dims == dims {
		v.strange = 0
		return false
	}
	if v.strange != dims {
		v.strange = dims
		return false
	}
	maps.Copy(v.texts, v.made)
	clear(v.made)
	v.collection, v.dims, v.strange = nil, 0, 0
	return true
}

// await takes a document's old vector out and remembers the text that the new one is to be made of. It returns false
// where the document is gone, has changed since, or has no text.
func (v *vectors) await(t textOf, current func() bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !current() {
		return
	}
	v.drop(t.key)
	if t.text != "" {
		v.texts[t.key] = t.text
	}
}

func (v *vectors) remove(k key) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.drop(k)
}

// drop deletes what is held of a document. chromem-go's only error is a missing argument.
func (v *vectors) drop(k key) {
	delete(v.texts, k)
	delete(v.made, k)
	if v.collection != nil {
		_ = v.collection.Delete(context.Background(), nil, nil, k.String())
	}
}

// missing returns the texts that wait for their vectors.
func (v *vectors) missing() []textOf {
	v.mu.RLock()
	defer v.mu.RUnlock()
	texts := make([]textOf, 0, len(v.texts))
	for k, text := range v.texts {
		texts = append(texts, textOf{k, text})
	}
	slices.SortFunc(texts, func(a, b textOf) int { return compareKeys(a.key, b.key) })
	return texts
}

// scan compares a query's vector with all documents' and returns the nearest with their cosines. It returns nil where
// there are too many for a scan.
func (v *vectors) scan(ctx context.Context, query []float32, kinds []string) (map[key]float64, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if query == nil || v.collection == nil || v.collection.Count() == 0 {
		return nil, nil
	}
	if len(query) != v.dims {
		return nil, fmt.Errorf("vector of the query: %w", wrongDims(len(query), v.dims))
	}
	if v.collection.Count()*v.dims > scanned {
		return nil, nil
	}
	filters := []map[string]string{nil}
	if len(kinds) > 0 {
		filters = filters[:0]
		for _, kind := range kinds {
			filters = append(filters, map[string]string{"kind": kind})
		}
	}
	found := map[key]float64{}
	for _, where := range filters {
		results, err := v.collection.QueryEmbedding(ctx, query, min(shortlist, v.collection.Count()), where, nil)
		if err != nil {
			return nil, fmt.Errorf("vector search: %w", err)
		}
		for _, r := range results {
			found[parseKey(r.ID, r.Metadata["kind"])] = float64(r.Similarity)
		}
	}
	// chromem-go answers with what it has when ctx ends.
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("vector search: %w", err)
	}
	return found, nil
}

// cosine compares a query's vector with one document's; it returns false where that has none.
func (v *vectors) cosine(ctx context.Context, query []float32, k key) (float64, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.collection == nil || len(query) != v.dims {
		return 0, false
	}
	doc, err := v.collection.GetByID(ctx, k.String())
	if err != nil {
		return 0, false
	}
	return dot(query, doc.Embedding), true
}

// ErrOutgrown tells that the vectors that were held were of another model, and that all wait for new ones.
var ErrOutgrown = errors.New("the model has changed")

// neverEmbed keeps chromem-go from reaching for its default, which asks a vendor over the network.
func neverEmbed(context.Context, string) ([]float32, error) {
	return nil, errors.New("vectors are made before they are stored")
}

func wrongDims(got, want int) error {
	return fmt.Errorf("%d dimensions where %d are needed", got, want)
}

// normalised returns the vector at length 1. chromem-go turns a zero vector into NaN similarities, and one NaN spoils
// every result's order.
func normalised(vector []float32) ([]float32, error) {
	sum := 0.
	for _, f := range vector {
		sum += float64(f) * float64(f)
	}
	switch {
	case len(vector) == 0:
		return nil, errors.New("it is empty")
	case math.IsNaN(sum) || math.IsInf(sum, 0):
		return nil, errors.New("it has an infinite part or one that is no number")
	case sum == 0:
		return nil, errors.New("all its parts are zero")
	}
	unit := make([]float32, len(vector))
	for i, f := range vector {
		unit[i] = float32(float64(f) / math.Sqrt(sum))
	}
	return unit, nil
}

func dot(a, b []float32) float64 {
	sum := float32(0)
	for i, f := range a[:min(len(a), len(b))] {
		sum += f * b[i]
	}
	return float64(sum)
}
