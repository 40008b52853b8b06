package slackfake

import (
	"slices"
	"time"
)

// Fault makes calls go wrong. Zero fields match or do nothing.
type Fault struct {
	Method  string // a Web API method, "webhook" or "response_url"; "" is any
	Channel string // only calls about this channel
	Skip    int    // this many matching calls pass first
	Times   int    // how many calls it spoils: 1 by default, negative for all

	// Delay holds the call up before Slack looks at it.
	Delay time.Duration
	// DropBefore cuts the connection before Slack has done anything, DropAfter
	// once it has stored the result: the client cannot tell which.
	DropBefore bool
	DropAfter  bool
	// Status is answered instead of doing the call: 429, 503 and so on, with
	// RetryAfter as the header where it is set.
	Status     int
	RetryAfter time.Duration
	// Error is one of Slack's error codes, answered with status 200.
	Error string
	// Body replaces the body of such an answer; an HTML page, say.
	Body string
}

// armed is a fault and what is left of it.
type armed struct {
	Fault
	skip, left int
}

// Inject arms a fault and returns what disarms it.
func (s *Slack) Inject(f Fault) (disarm func()) {
	a := &armed{Fault: f, skip: f.Skip, left: f.Times}
	if a.left == 0 {
		a.left = 1
	}
	s.do(func(st *state) { st.faults = append(st.faults, a) })
	return func() {
		s.do(func(st *state) {
			st.faults = slices.DeleteFunc(st.faults, func(x *armed) bool { return x == a })
		})
	}
}

// fault takes the first armed fault for a call; the zero Fault when none is.
func (st *state) fault(method, channel string) Fault {
	for _, a := range st.faults {
		if a.left == 0 || (a.Method != "" && a.Method != method) || (a.Channel != "" && a.Channel != channel) {
			continue
		}
		if a.skip > 0 {
			a.skip--
			continue
		}
		a.left--
		return a.Fault
	}
	return Fault{}
}
