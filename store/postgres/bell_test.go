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

		if got := b.ring([]news{events}); !slices.Equal(got, []news{events}) {
			t.Errorf("the first tells %v", got)
		}
		if got := b.ring([]news{events, decide}); !slices.Equal(got, []news{decide}) {
			t.Errorf("the next tells %v; want what is new", got)
		}
		for range 100 {
			if got := b.ring([]news{decide, events}); len(got) > 0 {
				t.Errorf("those after tell %v", got)
			}
		}
		time.Sleep(2 * bellPause)
		synctest.Wait()
		if len(later) != 1 || !slices.Equal(later[0], []news{events, decide}) {
			t.Errorf("afterwards %v is told; want each once", later)
		}
		if got := b.ring([]news{events}); len(got) != 1 {
			t.Errorf("after a pause it tells %v", got)
		}
		b.ring([]news{events})
		b.close()
		time.Sleep(time.Second)
		synctest.Wait()
		if len(later) != 1 {
			t.Errorf("a bell that is closed tells %v", later[1:])
		}
	})
}
