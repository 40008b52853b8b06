package slackfake

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// The types of envelopes.
const (
	kindEvent       = "events_api"
	kindSlash       = "slash_commands"
	kindInteractive = "interactive"
)

// Larger acknowledgements vanish without an error.
const maxAck = 20 * 1024

// envelope is what goes to the app.
type envelope struct {
	id        string
	kind      string
	payload   json.RawMessage
	event     string // the inner event's type
	eventID   string
	attempt   int
	duplicate bool
	onAck     func(answer json.RawMessage) // with the state locked
}

// pending waits for the acknowledgement of one envelope.
type pending struct {
	id     string
	acked  chan struct{} // closed once answer is set
	answer json.RawMessage
	onAck  func(answer json.RawMessage)
}

func (e *envelope) frame() map[string]any {
	f := map[string]any{
		"envelope_id": e.id, "type": e.kind, "payload": e.payload,
		"accepts_response_payload": e.kind != kindEvent,
	}
	if e.kind == kindEvent {
		f["retry_attempt"], f["retry_reason"] = e.attempt, ""
		if e.attempt > 0 {
			f["retry_reason"] = "timeout"
		}
	}
	return f
}

// sendEnvelope writes an envelope to one live socket, any of them, and notes
// that it did before it does: the answer may be faster.
func (s *Slack) sendEnvelope(e *envelope) (*pending, error) {
	var p *pending
	var to *socket
	cut := false
	s.do(func(st *state) {
		live := st.hub.live()
		if len(live) == 0 {
			return
		}
		to = live[st.ids.rng.IntN(len(live))]
		to.sending.Add(1)
		// A duplicate shares the wait of the original.
		if p = st.hub.pending[e.id]; p == nil {
			p = &pending{id: e.id, acked: make(chan struct{}), onAck: e.onAck}
			st.hub.pending[e.id] = p
		}
		st.hub.last = e
		if cut = st.hub.cutNext > 0; cut {
			st.hub.cutNext--
		}
		st.record.sent(&Delivery{
			Envelope: e.id, Type: e.kind, Event: e.event, EventID: e.eventID, Attempt: e.attempt,
			Duplicate: e.duplicate, Socket: to.id, Sent: s.cfg.Now(), Payload: e.payload,
		})
	})
	if to == nil {
		return nil, ErrNotConnected
	}
	err := to.send(e.frame())
	to.sending.Done()
	if err != nil {
		// Slack does not know either; the acknowledgement will be missing.
		s.log.Debug("envelope not written", "envelope", e.id, "err", err)
	}
	if cut {
		to.cut()
	}
	return p, nil
}

// await waits for an acknowledgement as long as Slack does.
func (s *Slack) await(ctx context.Context, p *pending) (json.RawMessage, error) {
	t := time.NewTimer(s.cfg.Timing.Ack)
	defer t.Stop()
	defer func() {
		s.mu.Lock()
		if s.st.hub.pending[p.id] == p {
			delete(s.st.hub.pending, p.id)
		}
		s.mu.Unlock()
	}()
	select {
	case <-p.acked:
		return p.answer, nil
	case <-t.C:
		return nil, ErrNoAck
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for an acknowledgement: %w", context.Cause(ctx))
	case <-s.life.done:
		return nil, ErrClosed
	}
}

// acknowledge takes a frame from the app.
func (s *Slack) acknowledge(k *socket, frame []byte) {
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	dropped := ""
	switch err := json.Unmarshal(frame, &ack); {
	case err != nil:
		dropped = "not_json"
	case len(frame) > maxAck:
		dropped = "too_large"
	}
	s.do(func(st *state) {
		if dropped == "" {
			dropped = st.acked(k.id, ack.EnvelopeID, ack.Payload, s.cfg)
		}
		if dropped != "" {
			st.record.dropped.add(&DroppedAck{
				Envelope: ack.EnvelopeID, Socket: k.id, Size: len(frame), Reason: dropped,
			})
		}
	})
}

// acked books an acknowledgement and does what it asks for, or says why it is
// ignored.
func (st *state) acked(socket int, id string, answer json.RawMessage, cfg Config) (dropped string) {
	sent := st.record.byEnvelope[id]
	if len(sent) == 0 {
		return "unknown_envelope"
	}
	p := st.hub.pending[id]
	done, before := false, false
	for _, n := range sent {
		st.record.deliveries.replace(n, func(d Delivery) Delivery {
			before = before || !d.Acked.IsZero()
			if done || !d.Acked.IsZero() || (cfg.AckSameSocket && d.Socket != socket) {
				return d
			}
			done = true
			d.Acked, d.AckSocket, d.Answer, d.Late = cfg.Now(), socket, answer, p == nil && !before
			return d
		})
	}
	if !done {
		if cfg.AckSameSocket {
			return "other_socket"
		}
		return "" // a duplicate acknowledgement of a duplicate
	}
	if p != nil {
		delete(st.hub.pending, id)
		p.answer = answer
		if p.onAck != nil {
			p.onAck(answer)
		}
		close(p.acked)
	}
	return ""
}

// sent records a delivery, and forgets which old ones there were.
func (r *record) sent(d *Delivery) {
	n := r.deliveries.add(d)
	r.byEnvelope[d.Envelope] = append(r.byEnvelope[d.Envelope], n)
	if len(r.byEnvelope) > 2*r.deliveries.keep {
		for id, at := range r.byEnvelope {
			if at[len(at)-1] < r.deliveries.first {
				delete(r.byEnvelope, id)
			}
		}
	}
}
