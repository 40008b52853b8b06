package webhook

import (
	"io"
	"sync/atomic"

	"ragoffire/engine"
)

// maxHeld bounds the bodies of deliveries that are held at the same time. What
// is made of them takes several times as much. Beyond it senders come back: that
// is better than to end for want of memory, and lose what is not stored.
const maxHeld = 64 << 20

// held counts the bytes of deliveries that are under way.
type held struct {
	bytes atomic.Int64
	most  int64
}

// heldBody is a body that counts while it is read, so that who announces much
// and sends little takes no room from others.
type heldBody struct {
	io.ReadCloser
	held *held
	n    int64
}

func (h *held) body(r io.ReadCloser) *heldBody { return &heldBody{ReadCloser: r, held: h} }

func (b *heldBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	if b.held.bytes.Add(int64(n)) > b.held.most {
		return 0, &engine.Error{Kind: engine.Unavailable, Text: "too many deliveries are under way; send it again in a few seconds"}
	}
	return n, err
}

// release gives the room back. Nothing reads the body any more.
func (b *heldBody) release() { b.held.bytes.Add(-b.n) }
