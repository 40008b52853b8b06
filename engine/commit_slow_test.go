package engine

import (
	"context"
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
				co.calm(t.Context())
				if got := time.Since(began); got < c.want || got > c.want+crowdOver {
					t.Errorf("waited %s; want %s", got, c.want)
				}
				time.Sleep(time.Minute)
			})
		})
	}
}
