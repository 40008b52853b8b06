package engine

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A commit that takes long because of other replicas is as good a reason to wait
// as a crowd here; one that is quick is none.
func TestWhatCanWaitWaitsWhileCommitsAreSlow(t *testing.T) {
	for name, c := range map[string]struct {
		took, want time.Duration
	}{
		"quick":                          {10 * time.Millisecond, 0},
		"slow":                           {150 * time.Millisecond, 150*time.Millisecond - 50*time.Millisecond + crowdOver},
		"slower than anybody's patience": {time.Minute, crowdPatience},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				co := newCommitter(func(context.Context, []*request) error {
					time.Sleep(c.took)
					return nil
				})
				go func() { _, _ = co.do(t.Context(), Delivery{}) }()
				time.Sleep(50 * time.Millisecond)
				began := time.Now()
				co.rush.turn(t.Context())
				if got := time.Since(began); got < c.want || got > c.want+crowdOver {
					t.Errorf("waited %s; want %s", got, c.want)
				}
				time.Sleep(time.Minute)
			})
		})
	}
}

// passed is how many of many that can wait get their turn within a second, while
// alerts come.
func passed(t *testing.T, r *rush, come func(*rush)) int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	come(r)
	var n atomic.Int64
	for range 1000 {
		go func() {
			if r.turn(ctx); ctx.Err() == nil {
				n.Add(1)
			}
		}()
	}
	for range 40 { // looks in a second
		time.Sleep(25 * time.Millisecond)
		synctest.Wait()
		come(r)
	}
	cancel()
	synctest.Wait()
	return int(n.Load())
}

func TestWhatCanWaitGoesAtAMeasuredPaceWhileAlertsCome(t *testing.T) {
	most := int(time.Second/between) + 1
	for name, c := range map[string]struct {
		come      func(*rush)
		low, high int
	}{
		"nothing comes":                   {func(*rush) {}, 1000, 1000},
		"one sender, here":                {func(r *rush) { r.waits(1) }, most - 5, most},
		"some at another replica":         {func(r *rush) { r.heard(3) }, most - 5, most},
		"a crowd here":                    {func(r *rush) { r.waits(crowded) }, 0, 0},
		"as many as a crowd, but far off": {func(r *rush) { r.heard(crowdHeard) }, 0, 6}, // until it is known
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if n := passed(t, &rush{}, c.come); n < c.low || n > c.high {
					t.Errorf("%d went; want %d to %d", n, c.low, c.high)
				}
			})
		})
	}
}

func TestOneLargeDeliveryElsewhereIsNoCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rush{}
		r.heard(500)
		time.Sleep(lull)
		if r.turn(t.Context()) {
			t.Error("waited for what has come and gone")
		}
	})
}
