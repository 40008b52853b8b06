package bot_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// pager keeps what it is called for.
type pager struct {
	mu    sync.Mutex
	calls []engine.Call
}

func (p *pager) String() string { return "webhook pager.example.com" }

func (p *pager) Call(_ context.Context, c engine.Call) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, c)
	return nil
}

func (p *pager) called() []engine.Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]engine.Call(nil), p.calls...)
}

func TestWhatNobodyTakesIsSaidAgainInTheChannel(t *testing.T) {
	p := &pager{}
	r := newRig(t, setup{engine: engine.Config{
		Routes:     []engine.Route{{Channel: channel, Mention: "S0SRE"}},
		Escalation: engine.Escalation{After: 500 * time.Millisecond, Paths: []engine.Path{{Pager: p}}},
	}})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	again := r.posted("Nobody has it* after", id)
	if again.ThreadTS != head.TS || !again.Broadcast {
		t.Errorf("it stands in thread %q, broadcast %v", again.ThreadTS, again.Broadcast)
	}
	told := r.posted("📟", "told by webhook pager.example.com")
	if told.ThreadTS != head.TS || told.Broadcast {
		t.Errorf("the page stands in thread %q, broadcast %v", told.ThreadTS, told.Broadcast)
	}
	r.settled()
	pings := 0
	for _, g := range r.slack.Snapshot().Notified() {
		if g.Kind == "subteam" && g.ID == "S0SRE" {
			pings++
		}
	}
	if pings != 2 {
		t.Errorf("the group was pinged %d times, want once by each of the alert and the reminder", pings)
	}
	if calls := p.called(); len(calls) != 1 || calls[0].IncidentID != id {
		t.Errorf("%+v", calls)
	}
}

func TestWhileSlackIsOutOfReachWhatIsCriticalIsToldElsewhere(t *testing.T) {
	p := &pager{}
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s := setup{engine: engine.Config{Now: now, Escalation: engine.Escalation{After: time.Hour, Paths: []engine.Path{{Pager: p}}}}}
	s.bot.Now = now
	r := newRig(t, s)
	reach := func() {
		t.Helper()
		for _, w := range r.bot.Workers() {
			if w.Kind == engine.JobReach {
				if err := w.Do(t.Context(), "all"); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	r.slack.Inject(slackfake.Fault{Method: "chat.postMessage", Error: "service_unavailable", Times: 1 << 20})
	id := r.fire("HighErrorRate")
	reach()
	if n := len(p.called()); n != 0 {
		t.Fatalf("%d calls at once", n)
	}
	ahead.Store(int64(engine.Unreachable + time.Second))
	for range 3 {
		reach()
	}
	calls := p.called()
	if len(calls) != 1 || calls[0].IncidentID != id || calls[0].Why != "Slack is out of reach" {
		t.Fatalf("%+v", calls)
	}
	d, err := r.engine.Incident(t.Context(), id)
	if err != nil || len(d.Paged) != 1 || d.Paged[0].Key != calls[0].Key || d.Timeline[len(d.Timeline)-1].Kind == "escalated" {
		t.Errorf("%+v, %v", d, err)
	}
}
