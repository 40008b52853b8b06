package retrieval

import (
	"context"
	"fmt"
)

// hashedDims is the built-in vector's dimension: at 384, features collide so often that a fifth of the right answers is
// lost on public post-mortems; at 2048, a tenth.
const hashedDims = 2048

// hashed is the built-in embedder: words, word pairs and character n-grams, hashed with a sign. It needs no network and
// no model, and gives the same vector everywhere and forever.
type hashed struct{}

// ID names the embedder; the number changes with the way the vectors are made.
func (hashed) ID() string { return "hashed-2" }

// Embed never fails. A text without words gets the vector of an empty one, because zero vectors have no direction.
func (h hashed) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("hashed embedding: %w", err)
	}
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i] = h.vector(analyse([]Field{{Text: text}}, maxWords))
	}
	return vectors, nil
}

// vector hashes an analysed text. Words count most, characters make up for other forms of the same word.
func (hashed) vector(a analysis) []float32 {
	vector := make([]float32, hashedDims)
	put := func(hash uint32, weight float32) {
		if hash&(1<<31) != 0 {
			weight = -weight
		}
		vector[hash%hashedDims] += weight
	}
	for _, t := range a.terms {
		put(mix(hashString(t.stem)), damp(t.count))
	}
	for _, p := range a.pairs {
		put(mix(p.bucket+1), .5*damp(float32(p.count)))
	}
	var chars []uint16
	for _, t := range a.terms {
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
