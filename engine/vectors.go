package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"

	"ragoffire/engine/retrieval"
)

// keptVectors is an embedder whose vectors of history are kept in the store: a
// start, an import that changes nothing and a second replica ask the endpoint for
// nothing again. Questions are asked once each, and not kept.
type keptVectors struct {
	retrieval.Embedder
	store Store
	log   *slog.Logger
	// dims is the dimension of the latest question, before it of the first vector,
	// and 0 before that. One of another is no vector of this model: it is not kept,
	// and where it is, asked for again.
	dims *atomic.Int64
}

// embedder is the configured one with its vectors kept, nil where there is none.
func (c *Config) embedder() retrieval.Embedder {
	if c.Embedder == nil {
		return nil
	}
	return keptVectors{c.Embedder, c.Store, c.Log.With("component", "engine"), new(atomic.Int64)}
}

// EmbedQuery asks for a question's vector.
func (k keptVectors) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	made, err := k.Embedder.Embed(ctx, []string{text})
	if err != nil {
		return nil, err
	}
	if len(made) != 1 {
		return nil, fmt.Errorf("%d vectors for one text", len(made))
	}
	if sound(made[0]) {
		k.dims.Store(int64(len(made[0])))
	}
	return made[0], nil
}

// Embed takes what is kept, and asks for the rest. A store that cannot keep it
// costs the next start the asking, and nothing else.
func (k keptVectors) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	hashes := make([]string, len(texts))
	for n, text := range texts {
		sum := sha256.Sum256([]byte(text))
		hashes[n] = hex.EncodeToString(sum[:])
	}
	var kept map[string][]float32
	err := k.store.View(ctx, func(r Reader) (err error) {
		kept, err = r.Vectors(ctx, k.ID(), hashes)
		return err
	})
	if err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(texts))
	var missing []string
	var at []int
	for n, hash := range hashes {
		if v := kept[hash]; v != nil && k.fits(v) {
			vectors[n] = v
		} else {
			missing, at = append(missing, texts[n]), append(at, n)
		}
	}
	if len(missing) == 0 {
		return vectors, nil
	}
	made, err := k.Embedder.Embed(ctx, missing)
	if err != nil {
		return nil, err
	}
	if len(made) != len(missing) {
		return nil, fmt.Errorf("%d vectors for %d texts", len(made), len(missing))
	}
	fresh := make(map[string][]float32, len(made))
	for n, v := range made {
		vectors[at[n]] = v
		if sound(v) && k.fits(v) {
			fresh[hashes[at[n]]] = v
		}
	}
	if err := k.store.Update(ctx, func(tx Tx) error { return tx.PutVectors(ctx, k.ID(), fresh) }); err != nil {
		k.log.WarnContext(ctx, "vectors were not kept; the next start asks for them again", "error", err)
	}
	return vectors, nil
}

// fits reports whether a vector has the dimension of the first.
func (k keptVectors) fits(v []float32) bool {
	k.dims.CompareAndSwap(0, int64(len(v)))
	return k.dims.Load() == int64(len(v))
}

// sound reports whether a vector is worth keeping: an endpoint that once answered
// nonsense is asked again.
func sound(v []float32) bool {
	sum := 0.
	for _, f := range v {
		sum += float64(f) * float64(f)
	}
	return sum > 0 && !math.IsInf(sum, 0) && !math.IsNaN(sum)
}

// spell is a time in which something is wrong. The log has its beginning and its
// end, and not each thing that is tried meanwhile.
type spell struct{ on atomic.Bool }

func (s *spell) begins() bool { return s.on.CompareAndSwap(false, true) }

func (s *spell) ends() bool { return s.on.CompareAndSwap(true, false) }
