package doc

import (
	"fmt"

	"ragoffire/engine"
)

// Written are the documents that a transaction has written, for the events that
// tell them: each object is encoded once. Its zero value is ready.
type Written struct{ docs map[subject][]byte }

type subject struct {
	event engine.EventType
	id    string
}

// Put keeps the document of what events of a type tell.
func (w *Written) Put(event engine.EventType, id string, doc []byte) {
	if w.docs == nil {
		w.docs = make(map[subject][]byte)
	}
	w.docs[subject{event, id}] = doc
}

// Data is an event's data as it is stored.
func (w *Written) Data(e *engine.Event) ([]byte, error) {
	if e.Of() == "" {
		return JSON(e.Data), nil
	}
	b, ok := w.docs[subject{e.Type, e.Of()}]
	if !ok {
		return nil, fmt.Errorf("event: this transaction put no %s %s", e.Type, Text(e.Of()))
	}
	return b, nil
}
