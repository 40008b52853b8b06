package webhook

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"sync"

	"github.com/gorilla/websocket"

	"ragoffire/engine"
)

// wire is a whole message of a server as it goes over the wire: RFC 6455,
// section 5.2. One frame is written by one call, so frames of several goroutines
// never mix.
func wire(kind int, body []byte) []byte {
	const final, two, eight = 0x80, 126, 127
	b := make([]byte, 0, len(body)+10)
	b = append(b, final|byte(kind))
	switch n := len(body); {
	case n < two:
		b = append(b, byte(n))
	case n <= math.MaxUint16:
		b = binary.BigEndian.AppendUint16(append(b, two), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, eight), uint64(n))
	}
	return append(b, body...)
}

// frames keeps the latest events as they go over the wire, so that each is
// marshalled once and not once per client.
type frames struct {
	mu   sync.Mutex
	ring [256]struct {
		seq   int64
		frame []byte
	}
}

func (f *frames) of(ev *engine.Event) ([]byte, error) {
	slot := &f.ring[uint64(ev.Seq)%uint64(len(f.ring))]
	f.mu.Lock()
	defer f.mu.Unlock()
	if slot.frame != nil && slot.seq == ev.Seq && ev.Type != engine.EventSystem {
		return slot.frame, nil
	}
	body, err := json.Marshal(ev)
	if err != nil {
		return nil, err
	}
	b := wire(websocket.TextMessage, body)
	if ev.Type != engine.EventSystem { // a reset borrows the seq of another event
		slot.seq, slot.frame = ev.Seq, b
	}
	return b, nil
}
