package slackfake

import (
	"context"
	"errors"
)

// emit sends an event, in order with those before it, and sees to its retries
// in the background. Events the app has not subscribed to go nowhere.
func (s *Slack) emit(event map[string]any) {
	name, _ := event["type"].(string)
	e, ok := s.eventEnvelope(name, event)
	if !ok {
		return
	}
	p, err := s.sendEnvelope(e)
	if err == nil && s.duplicated() {
		again := *e
		again.duplicate = true
		if _, err := s.sendEnvelope(&again); err != nil {
			s.log.Debug("duplicate not sent", "err", err)
		}
	}
	s.spawn(func() { s.follow(e, p) })
}

func (s *Slack) duplicated() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cfg.Duplicates > 0 && s.st.ids.rng.Float64() < s.cfg.Duplicates
}

// follow waits for an event's acknowledgement and retries as Slack does.
func (s *Slack) follow(e *envelope, p *pending) {
	ctx := context.Background() // life.done ends it
	for attempt := 0; ; attempt++ {
		if p == nil {
			p = s.sendWhenLive(ctx, e)
		}
		if p != nil {
			if _, err := s.await(ctx, p); !errors.Is(err, ErrNoAck) {
				return
			}
		}
		if attempt == len(s.cfg.Timing.Redeliver) || !s.pause(ctx, s.cfg.Timing.Redeliver[attempt]) {
			return
		}
		e, p = s.retry(e), nil
	}
}

// sendWhenLive waits for a socket as long as for an acknowledgement.
func (s *Slack) sendWhenLive(ctx context.Context, e *envelope) *pending {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timing.Ack)
	defer cancel()
	for s.WaitFor(ctx, func(p *Snapshot) bool { return p.Live() > 0 }) == nil {
		if p, err := s.sendEnvelope(e); err == nil {
			return p
		}
	}
	return nil
}

// retry is the same event in a new envelope.
func (s *Slack) retry(e *envelope) *envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := *e
	next.id = s.st.ids.uuid()
	next.attempt++
	next.duplicate = false
	return &next
}
