package engine

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// senders deliver over and over, each its next as soon as it has an answer, and
// return the sizes of the groups in which that was committed.
func senders(t *testing.T, n, each int) []int {
	t.Helper()
	var groups []int // only the leader writes
	c := newCommitter(func(_ context.Context, group []*request) error {
		groups = append(groups, len(group))
		time.Sleep(2 * time.Millisecond)
		return nil
	})
	var all sync.WaitGroup
	for s := range n {
		all.Go(func() {
			time.Sleep(time.Duration(s) * 250 * time.Microsecond)
			for range each {
				if _, err := c.do(t.Context(), Delivery{Alerts: make([]Alert, 1)}); err != nil {
					t.Error(err)
				}
				time.Sleep(100 * time.Microsecond)
			}
		})
	}
	all.Wait()
	return groups
}

func TestSendersThatSendAgainAtOnceShareOneGroup(t *testing.T) {
	for _, n := range []int{gatherFrom, 16} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				groups := senders(t, n, 50)
				for k, size := range groups[len(groups)/2 : len(groups)-2] { // until the first senders are done
					if size != n {
						t.Fatalf("group %d of %d had %d deliveries; want all %d senders': %v", k+len(groups)/2, len(groups), size, n, groups)
					}
				}
				time.Sleep(gatherMost) // the last group waits for more
			})
		})
	}
}

func TestASenderAloneWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		senders(t, 1, 50)
		if took, want := time.Since(start), 50*(2*time.Millisecond+100*time.Microsecond); took != want {
			t.Errorf("50 deliveries took %s; want what commits and sender take, %s", took, want)
		}
	})
}
