package webhook

import (
	"testing"
	"time"
)

func TestTheLogHearsOfAnOutageOnceAMinute(t *testing.T) {
	var h hush
	start := time.Date(2026, 3, 29, 1, 59, 0, 0, time.UTC)
	said, skipped := 0, 0
	for n := range 1800 { // ten a second for three minutes
		ok, more := h.say("/webhooks/:source", start.Add(time.Duration(n)*100*time.Millisecond))
		if ok {
			said++
		}
		skipped += more
	}
	if said != 3 || skipped != 2*599 {
		t.Errorf("said %d times, and of %d that they were not", said, skipped)
	}
	if ok, _ := h.say("/readyz", start.Add(170*time.Second)); !ok {
		t.Error("another route is not heard")
	}
	if ok, _ := h.say("/webhooks/:source", start.Add(-time.Hour)); !ok {
		t.Error("after the clock was set back it says nothing for an hour")
	}
}
