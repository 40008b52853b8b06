package main

import (
	"testing"
	"time"
)

// A server that stands still is worse than one that is gone: it takes the
// connections and never answers.
func TestWithTheDatabaseStandingStillAlertsAreTurnedAwayAndNoneIsLost(t *testing.T) {
	own, db := ownServer(t)
	p := serving(t, db, "ROF_SEED=true")
	l := loading(t, p, 4)
	wait(t, 20*time.Second, "alerts to be taken in", func() bool { n, _, _ := l.counts(); return n >= 20 })
	resume := own.Pause(t)
	p.unready("store")
	wait(t, 60*time.Second, "deliveries to be turned away", func() bool { _, turned, _ := l.counts(); return turned >= 4 })
	p.alive()
	outage()
	resume()
	t.Logf("healthy %s after the database went on", p.healthyAfter(l))
	l.stop()
	l.allThere(p)
	p.decided()
}
