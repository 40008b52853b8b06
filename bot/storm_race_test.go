package bot_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

// do runs a job once, and again for as long as it asks to be at once.
func (r *rig) do(workers []engine.Worker, kind, subject string) {
	r.t.Helper()
	for _, w := range workers {
		if w.Kind != kind {
			continue
		}
		for {
			err := w.Do(r.ctx(), subject)
			again, ok := errors.AsType[*engine.Again](err)
			if ok && again.After < 10*time.Second {
				time.Sleep(again.After)
				continue
			}
			if err != nil && !ok {
				r.t.Fatal(err)
			}
			return
		}
	}
}

// What stands under an incident that a digest tells is let go of, and just then
// somebody asks for messages of its own.
func TestWhatIsShownWhileItsDigestLetsGoOfItHasItsThread(t *testing.T) {
	s := quick()
	s.idle = true
	r := newRig(t, s)
	r.halt()
	flaky := &flaky{}
	s.noSeeds = true
	r.openWith(s, flaky)
	ids := r.burst(40, engine.SeverityHigh)
	r.do(r.bot.Workers(), engine.JobAnnounce, channel)
	last := ids[len(ids)-1]
	r.do(r.engine.Workers(), engine.JobDecide, last)
	show := sync.OnceFunc(func() {
		if err := r.engine.Surface(t.Context(), last); err != nil {
			t.Error(err)
		}
	})
	flaky.ahead = show
	r.do(r.bot.Workers(), engine.JobAnnounce, channel)
	r.settled()
	p := r.slack.Snapshot()
	m := find(p, "`"+last+"`", "nobody has it", "Acknowledge")
	if m == nil {
		t.Fatal("it has no message of its own")
	}
	if n := len(p.Thread(channel, m.TS)); n != 3 {
		t.Errorf("%d messages, want its own, the alert and the advice", n)
	}
}
