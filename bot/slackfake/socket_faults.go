package slackfake

import (
	"context"
	"time"
)

// Warn tells every socket that it will be closed, keeps delivering to it for
// Timing.Warning, and closes it then. It returns once the sockets know.
func (s *Slack) Warn() { s.farewell("warning", stateWarned, s.cfg.Timing.Warning) }

// Refresh asks every socket's client to reconnect, as Slack does every few
// hours. The old sockets get nothing more.
func (s *Slack) Refresh() { s.farewell("refresh_requested", stateLeaving, s.cfg.Timing.Refresh) }

// RefreshOldest asks the client of the socket that has been open the longest to
// reconnect: Slack ends connections one at a time.
func (s *Slack) RefreshOldest() {
	var oldest *socket
	s.do(func(st *state) {
		if live := st.hub.live(); len(live) > 0 {
			oldest = live[0]
			oldest.state = stateLeaving
		}
	})
	if oldest != nil {
		s.part(oldest, "refresh_requested", s.cfg.Timing.Refresh)
	}
}

// DisableLink switches Socket Mode off: open sockets are told and closed, new
// ones as soon as they open.
func (s *Slack) DisableLink() {
	s.do(func(st *state) { st.hub.off = true })
	s.farewell("link_disabled", stateLeaving, 0)
}

// EnableLink switches Socket Mode on again.
func (s *Slack) EnableLink() { s.do(func(st *state) { st.hub.off = false }) }

// Cut drops every connection without a word.
func (s *Slack) Cut() {
	s.mu.Lock()
	all := s.st.hub.all()
	s.mu.Unlock()
	for _, k := range all {
		k.cut()
	}
}

// CutAfterDelivery drops the connection right after each of the next n
// envelopes, whose acknowledgement is then likely lost.
func (s *Slack) CutAfterDelivery(n int) { s.do(func(st *state) { st.hub.cutNext = n }) }

func (s *Slack) farewell(reason, next string, grace time.Duration) {
	var all []*socket
	s.do(func(st *state) {
		for _, k := range st.hub.live() {
			k.state = next
			all = append(all, k)
		}
	})
	for _, k := range all {
		s.part(k, reason, grace)
	}
}

// part sends the disconnect message and closes the socket after a while.
func (s *Slack) part(k *socket, reason string, grace time.Duration) {
	if reason != "warning" {
		k.sending.Wait()
	}
	if k.send(s.disconnect(reason)) != nil {
		return
	}
	s.spawn(func() {
		if !s.linger(k, grace) {
			return
		}
		s.do(func(*state) { k.state = stateLeaving })
		k.sending.Wait()
		k.close()
	})
}

// linger waits, and reports whether the socket is still there afterwards.
func (s *Slack) linger(k *socket, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-k.gone:
	case <-s.life.done:
	}
	return false
}

// expire refreshes a socket at the end of its life.
func (s *Slack) expire(k *socket, life time.Duration) {
	if !s.linger(k, life) {
		return
	}
	s.do(func(*state) { k.state = stateLeaving })
	s.part(k, "refresh_requested", s.cfg.Timing.Refresh)
}

// RedeliverLast delivers the newest envelope once more, as Slack does when it
// has not seen an acknowledgement: an event in a new envelope with its next
// retry_attempt, anything else in the same.
func (s *Slack) RedeliverLast(ctx context.Context) error {
	s.mu.Lock()
	last := s.st.hub.last
	s.mu.Unlock()
	if last == nil {
		return ErrImpossible
	}
	if last.kind == kindEvent {
		return s.sendAgain(ctx, s.retry(last))
	}
	return s.sendAgain(ctx, last)
}

// DuplicateLast delivers the newest envelope once more as it was, and waits
// for the acknowledgement.
func (s *Slack) DuplicateLast(ctx context.Context) error {
	s.mu.Lock()
	last := s.st.hub.last
	s.mu.Unlock()
	if last == nil {
		return ErrImpossible
	}
	again := *last
	again.duplicate = true
	return s.sendAgain(ctx, &again)
}

// sendAgain delivers an envelope whose own time is over.
func (s *Slack) sendAgain(ctx context.Context, e *envelope) error {
	if e.kind == kindInteractive {
		// Whoever submitted a view has had the answer.
		again := *e
		again.onAck = nil
		e = &again
	}
	p, err := s.sendEnvelope(e)
	if err != nil {
		return err
	}
	_, err = s.await(ctx, p)
	return err
}
