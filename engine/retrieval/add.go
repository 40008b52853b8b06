package retrieval

import (
	"context"
	"fmt"
)

// Add adds the documents, and replaces those that it already holds (same Kind and ID). A document without an ID is an
// error and nothing of the call is added. Where the embedder fails, the documents are added all the same, found by the
// lexical legs, and the error says so; EmbedMissing makes up for it. The call by which the index has grown by a quarter
// also measures the nulls, in a fraction of a second.
func (x *Index) Add(ctx context.Context, docs ...Document) error {
	for _, d := range docs {
		if d.ID == "" {
			return fmt.Errorf("document of kind %q has no id", d.Kind)
		}
	}
	var waiting []textOf
	for _, d := range docs {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("add documents: %w", err)
		}
		a := analyse(d.Fields, maxWords)
		e := newEntry(d, a)
		x.replace(e, a.terms)
		if x.builtIn() {
			if err := x.addHashed(ctx, e, a); err != nil {
				return err
			}
		} else if t := (textOf{e.key, joined(d.Fields)}); x.vectors.await(t, x.holds(e)) {
			waiting = append(waiting, t)
		}
	}
	err := x.embed(ctx, waiting)
	x.remeasure(ctx)
	return err
}

// addHashed stores a document's built-in vector, which needs no second reading of the text, while there is room.
func (x *Index) addHashed(ctx context.Context, e *entry, a analysis) error {
	if x.vectors.size() >= builtInStored {
		x.vectors.remove(e.key)
		return nil
	}
	return x.vectors.put(ctx, x.embedder.ID(), e.key, hashed{}.vector(a), x.holds(e))
}

// Remove takes the documents of one kind out; ids that aren't there are ignored.
func (x *Index) Remove(kind string, ids ...string) {
	for _, id := range ids {
		k := key{kind, id}
		x.mu.Lock()
		if e := x.byKey[k]; e != nil {
			x.take(e)
		}
		x.mu.Unlock()
		x.vectors.remove(k)
	}
	x.remeasure(context.Background())
}
