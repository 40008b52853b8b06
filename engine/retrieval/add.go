package retrieval

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Add is Put, Measure and EmbedMissing.
func (x *Index) Add(ctx context.Context, docs ...Document) error {
	if err := x.Put(ctx, docs...); err != nil {
		return err
	}
	x.Measure(ctx)
	_, err := x.EmbedMissing(ctx)
	return err
}

// Put adds the documents, and replaces those that it already holds (same Kind and ID); they are found by their words
// at once, and by an endpoint's vectors after EmbedMissing. A document without an ID is an error and nothing of the
// call is added. Texts are read on all processors, so many documents are better added by one call than by many. Measure
// is owed after them. The only other error is that ctx is done, and then some are not in.
func (x *Index) Put(ctx context.Context, docs ...Document) error {
	for _, d := range docs {
		if d.ID == "" {
			return fmt.Errorf("document of kind %q has no id", d.Kind)
		}
	}
	err := eachRead(ctx, docs, func(read []readDocument) error {
		if err := x.replace(read); err != nil {
			return err
		}
		if x.embedder == nil {
			return nil
		}
		for _, r := range read {
			x.vectors.await(textOf{r.key, joined(r.Fields)}, x.holds(r.entry))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add documents: %w", err)
	}
	return nil
}

// readDocument is a document whose text has been read.
type readDocument struct {
	*Document
	*entry
	analysis analysis
}

// readBatch is how many documents are read and put in together: searches wait for no more than a few milliseconds.
const readBatch = 256

// eachRead reads the documents on all processors and passes them on in their order, batch by batch, while the next
// batch is read.
func eachRead(ctx context.Context, docs []Document, pass func([]readDocument) error) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan []readDocument, 1)
	readers := make([]*reader, min(runtime.GOMAXPROCS(0), len(docs)))
	for n := range readers {
		readers[n] = newReader()
	}
	go func() {
		defer close(batches)
		for len(docs) > 0 && ctx.Err() == nil {
			n := min(readBatch, len(docs))
			batches <- readAll(readers, docs[:n])
			docs = docs[n:]
		}
	}()
	defer func() {
		cancel()
		for range batches { // so that the reader ends
		}
	}()
	for batch := range batches {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := pass(batch); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func readAll(readers []*reader, docs []Document) []readDocument {
	read := make([]readDocument, len(docs))
	var next atomic.Int64
	var working sync.WaitGroup
	for _, r := range readers {
		working.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(docs); n = int(next.Add(1)) - 1 {
				a := r.analyse(docs[n].Fields, maxWords)
				a.tokens = nil
				read[n] = readDocument{&docs[n], newEntry(docs[n], a), a}
			}
		})
	}
	working.Wait()
	return read
}

// Remove takes the documents of one kind out; ids that aren't there are ignored.
func (x *Index) Remove(kind string, ids ...string) {
	x.mu.Lock()
	for _, id := range ids {
		if e := x.byKey[key{kind, id}]; e != nil {
			x.take(e)
		}
	}
	x.lexicon.weighGrams()
	x.mu.Unlock()
	for _, id := range ids {
		x.vectors.remove(key{kind, id})
	}
	x.Measure(context.Background())
}
