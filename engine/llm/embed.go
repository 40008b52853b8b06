// Package llm speaks to OpenAI-compatible endpoints. Nothing in it decides: it
// turns texts into vectors for retrieval's vector leg, words what was decided,
// and every caller goes on without it when the endpoint is slow, down or wrong.
// Secrets and personal data are taken out of all that it sends.
package llm

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"
)

const (
	// batch is how many texts one request carries; the endpoints in use take at
	// least as many.
	batch = 64
	// embedTimeout bounds one request.
	embedTimeout = 10 * time.Second
	// embedLimit is in bytes: a batch of the longest vectors in use, twice over.
	embedLimit = 16 << 20
)

// Embedder asks an endpoint for vectors.
type Embedder struct {
	client    *openai.Client
	model, id string
}

// NewEmbedder returns an embedder; it sends nothing yet.
func NewEmbedder(cfg Config) *Embedder {
	id := cfg.Model
	if u, err := url.Parse(cfg.BaseURL); err == nil && u.Host != "" {
		id += "@" + u.Host + strings.TrimRight(u.Path, "/") // no user and no query: secrets may stand there
	}
	return &Embedder{client: newClient(cfg, embedTimeout, embedLimit), model: cfg.Model, id: id}
}

// ID names the model and, where one is set, the endpoint: under the same name
// another may serve another model, whose vectors are no match for those that are kept.
func (e *Embedder) ID() string { return e.id }

// Embed returns one vector per text, in order.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, 0, len(texts))
	for from := 0; from < len(texts); from += batch {
		part := slices.Clone(texts[from:min(from+batch, len(texts))])
		for n := range part {
			part[n] = Redact(part[n])
		}
		resp, err := e.client.CreateEmbeddings(ctx, openai.EmbeddingRequest{
			Input: part, Model: openai.EmbeddingModel(e.model), EncodingFormat: openai.EmbeddingEncodingFormatFloat,
		})
		if err != nil {
			return nil, fmt.Errorf("embeddings of %s: %w", e.model, plainError(err))
		}
		if len(resp.Data) != len(part) {
			return nil, fmt.Errorf("embeddings of %s: %d vectors for %d texts", e.model, len(resp.Data), len(part))
		}
		got := make([][]float32, len(part))
		for _, d := range resp.Data {
			if d.Index < 0 || d.Index >= len(part) || got[d.Index] != nil {
				return nil, fmt.Errorf("embeddings of %s: index %d is wrong or repeated", e.model, d.Index)
			}
			got[d.Index] = d.Embedding
		}
		vectors = append(vectors, got...)
	}
	return vectors, nil
}
