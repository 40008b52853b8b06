package postgres

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatEachCommitOfAStormSaysIsToldOnceInAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var later [][]news
		b := newBell(t.Context(), func(_ context.Context, list []news) { later = append(later, list) })
		events, decide := news{channelEvents, ""}, news{channelJobs, "decide"}

		ring := func(list ...news) []news {
			now, later := b.ring(list)
			time.Sleep(time.Millisecond)
			b.committed(later)
			return now
		}
		if got := ring(events); !slices.Equal(got, []news{events}) {
			t.Errorf("the first tells %v", got)
		}
		if got := ring(events, decide); !slices.Equal(got, []news{decide}) {
			t.Errorf("the next tells %v; want what is new", got)
		}
		for range 10 {
			if got := ring(decide, events); len(got) > 0 {
				t.Errorf("those after tell %v", got)
			}
		}
		time.Sleep(2 * bellPause)
		synctest.Wait()
		if len(later) != 1 || !slices.Equal(later[0], []news{events, decide}) {
			t.Errorf("afterwards %v is told; want each once", later)
		}
	})
}

// A commit may take longer than the pause: what it has to say is told after it, and
// not while nobody can see it.
func TestWhatASlowCommitSaysIsToldAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []time.Duration
		began := time.Now()
		b := newBell(t.Context(), func(context.Context, []news) { told = append(told, time.Since(began)) })
		events := []news{{channelEvents, ""}}
		b.ring(events)
		_, slow := b.ring(events)
		_, quick := b.ring(events)
		b.committed(quick)
		time.Sleep(time.Second)
		b.committed(slow)
		time.Sleep(time.Second)
		synctest.Wait()
		if want := []time.Duration{bellPause, time.Second + bellPause}; !slices.Equal(told, want) {
			t.Errorf("told after %v, want %v", told, want)
		}
	})
}

func TestABellThatIsClosedTellsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed, end := context.WithCancel(t.Context())
		b := newBell(closed, func(_ context.Context, list []news) { t.Errorf("%v is told", list) })
		events := []news{{channelEvents, ""}}
		b.committed(events)
		end()
		b.close()
		b.committed(events)
		time.Sleep(time.Second)
		synctest.Wait()
	})
}
