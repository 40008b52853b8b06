package retrieval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Embedder turns texts into dense vectors, as a rule by asking an endpoint.
type Embedder interface {
	// ID names the model, so that vectors of two models never meet in one collection.
	ID() string
	// Embed returns one vector per text, in the texts' order, all of one dimension that never changes. It may be slow
	// and may fail; it is never called under a lock, and must be safe for concurrent use.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// QueryEmbedder is an Embedder that is told questions and documents apart: some
// models read them differently, and nobody keeps the vectors of questions.
type QueryEmbedder interface {
	EmbedQuery(ctx context.Context, text string) ([]float32, error)
}

// embedBatch is how many texts one call of the embedder gets; endpoints take between 64 and 2,048.
const embedBatch = 64

// maxEmbed is how many bytes of a text are embedded: common models read 8,192 tokens of about three bytes and refuse
// the whole batch where one text has more.
const maxEmbed = 20_000

// textOf is a document's text that waits for its vector.
type textOf struct {
	key
	text string
}

// EmbedMissing embeds the documents whose vectors are missing because the embedder failed. It returns how many are
// still missing.
func (x *Index) EmbedMissing(ctx context.Context) (int, error) {
	err := x.embed(ctx, x.vectors.missing())
	return len(x.vectors.missing()), err
}

// embed makes and stores vectors, batch by batch. It stops where the embedder fails, but one bad vector doesn't keep
// the others out; the error tells the first and how many there are.
func (x *Index) embed(ctx context.Context, texts []textOf) error {
	var bad error
	more := 0
	for len(texts) > 0 {
		batch := texts[:min(embedBatch, len(texts))]
		texts = texts[len(batch):]
		made, err := x.vectorsOf(ctx, batch)
		if err != nil {
			return errors.Join(bad, err)
		}
		for i, t := range batch {
			current := func() bool { return x.vectors.texts[t.key] == t.text }
			if err := x.vectors.put(ctx, x.embedder.ID(), t.key, made[i], current); bad == nil {
				bad = err
			} else if err != nil {
				more++
			}
		}
	}
	if more > 0 {
		return fmt.Errorf("%w; and %d more", bad, more)
	}
	return bad
}

func (x *Index) vectorsOf(ctx context.Context, batch []textOf) ([][]float32, error) {
	texts := make([]string, len(batch))
	for i, t := range batch {
		texts[i] = t.text
	}
	made, err := x.embedder.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("embed %d texts: %w", len(texts), err)
	}
	if len(made) != len(texts) {
		return nil, fmt.Errorf("embed %d texts: got %d vectors", len(texts), len(made))
	}
	return made, nil
}

// queryVector is the vector of a query's text, at length 1; nil without an embedder and for an empty text, which
// endpoints refuse.
func (x *Index) queryVector(ctx context.Context, text string) ([]float32, error) {
	text = embeddable(text)
	if x.embedder == nil || text == "" {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, x.patience)
	defer cancel()
	asked, err := x.askVector(ctx, text)
	if err != nil {
		return nil, err
	}
	vector, err := normalised(asked)
	if err != nil {
		return nil, fmt.Errorf("vector of the query: %w", err)
	}
	return vector, nil
}

func (x *Index) askVector(ctx context.Context, text string) ([]float32, error) {
	if q, ok := x.embedder.(QueryEmbedder); ok {
		vector, err := q.EmbedQuery(ctx, text)
		if err != nil {
			return nil, fmt.Errorf("embed the query: %w", err)
		}
		return vector, nil
	}
	made, err := x.vectorsOf(ctx, []textOf{{text: text}})
	if err != nil {
		return nil, err
	}
	return made[0], nil
}

// joined is a document's text as an embedder reads it.
func joined(fields []Field) string {
	var text strings.Builder
	for _, f := range fields {
		if text.Len() < maxEmbed {
			text.WriteString(f.Text)
			text.WriteByte('\n')
		}
	}
	return embeddable(text.String())
}

// embeddable cuts a text to what models read, between two characters, and cleans it.
func embeddable(text string) string {
	if len(text) > maxEmbed {
		end := maxEmbed
		for end > maxEmbed-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	return strings.Clone(strings.TrimSpace(text))
}
