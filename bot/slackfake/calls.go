package slackfake

import (
	"cmp"
	"context"
	"io"
	"maps"
	"net/http"
)

// begin numbers a call.
func (s *Slack) begin(name string, a args) Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.record.seq++
	return Call{
		Seq: s.st.record.seq, Method: name, At: s.cfg.Now(), Args: maps.Clone(a),
		Channel: cmp.Or(a["channel"], a["channel_id"]),
		TS:      cmp.Or(a["ts"], a["timestamp"]),
	}
}

// run takes a call of any kind through hooks, faults and the record: do does
// it, answer writes what came of it.
func (s *Slack) run(w http.ResponseWriter, r *request, do func() error, answer func(error)) {
	f, ok := s.hold(r.Context(), &r.call)
	if !ok {
		s.lose(&r.call)
	}
	if s.spoil(w, &r.call, f) {
		return
	}
	err := do()
	if err == nil {
		r.call.Stored = true
		if s.cfg.AfterStored != nil {
			s.cfg.AfterStored(r.call)
		}
	}
	defer func() {
		for _, f := range r.after {
			f()
		}
	}()
	if f.DropAfter {
		s.lose(&r.call)
	}
	answer(err)
}

// hold runs the hook before a call and the delay of its fault. It reports
// false when the call shall vanish without a trace.
func (s *Slack) hold(ctx context.Context, c *Call) (f Fault, ok bool) {
	if s.cfg.BeforeCall != nil {
		s.cfg.BeforeCall(*c)
	}
	s.mu.Lock()
	f = s.st.fault(c.Method, c.Channel)
	s.mu.Unlock()
	if f.Delay > 0 && !s.pause(ctx, f.Delay) {
		return f, false
	}
	return f, !f.DropBefore
}

// spoil answers a call as its fault demands.
func (s *Slack) spoil(w http.ResponseWriter, c *Call, f Fault) (done bool) {
	switch {
	case f.Status != 0:
		c.Error, c.RetryAfter = f.Error, f.RetryAfter
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", seconds(f.RetryAfter))
		}
		body := f.Body
		if body == "" && f.Status == http.StatusTooManyRequests {
			c.Error, body = "ratelimited", `{"ok":false,"error":"ratelimited"}`
		}
		s.finish(c, f.Status)
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, body)
		return true
	case f.Error != "":
		c.Error = f.Error
		s.finish(c, http.StatusOK)
		writeJSON(w, http.StatusOK, reply{"ok": false, "error": f.Error})
		return true
	}
	return false
}

// finish records a call as it is answered; nobody sees the answer before.
func (s *Slack) finish(c *Call, status int) {
	s.do(func(st *state) {
		done := *c
		done.Status = status
		done.Took = s.cfg.Now().Sub(c.At)
		st.record.calls.add(&done)
	})
}

// lose records a call whose answer never arrives, and cuts its connection.
func (s *Slack) lose(c *Call) {
	c.Lost = true
	s.finish(c, 0)
	panic(http.ErrAbortHandler)
}
