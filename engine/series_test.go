package engine

import (
	"testing"
	"time"
)

func TestStepAppliesAnObservationToItsSeries(t *testing.T) {
	t0 := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	at := func(min int) time.Time { return t0.Add(time.Duration(min) * time.Minute) }
	firing := func(started, received int) Alert {
		return Alert{Status: Firing, Severity: SeverityMedium, StartedAt: at(started), ReceivedAt: at(received)}
	}
	resolved := func(started, ended, received int) Alert {
		end := at(ended)
		return Alert{Status: AlertResolved, Severity: SeverityMedium, StartedAt: at(started), EndedAt: &end, ReceivedAt: at(received), LastSeenAt: at(received)}
	}
	closed := firing(0, 1)
	closed.ClosedByPerson = true
	worse := firing(0, 2)
	worse.Severity = SeverityCritical
	milder := firing(0, 2)
	milder.Severity = SeverityLow
	value := 12.5
	valued := firing(0, 2)
	valued.Value = &value
	acked := firing(0, 2)
	acked.Status = AlertAcknowledged
	expired := resolved(0, 60, 1)
	expired.ExpiresAt = *expired.EndedAt
	untimed := Alert{Status: AlertResolved, ReceivedAt: at(3)}
	ours, _ := step(ref(firing(0, 1)), untimed, 0)
	ahead := firing(30, 1)
	was, _ := step(ref(ahead), resolved(30, 33, 4), 0)
	untold, _ := step(ref(ahead), untimed, 0)

	tests := []struct {
		name   string
		prev   *Alert
		in     Alert
		want   change
		status AlertStatus
	}{
		{"firing on nothing opens", nil, firing(0, 0), changeOpen, Firing},
		{"resolved on nothing is kept, in case its beginning comes late", nil, resolved(0, 1, 1), changeEnded, AlertResolved},
		{"resolved on nothing without a time is ignored", nil, Alert{Status: AlertResolved, StartedAt: at(1)}, changeIgnore, AlertResolved},
		{"acknowledged on nothing is ignored", nil, acked, changeIgnore, AlertAcknowledged},
		{"the same firing again is a repeat", ref(firing(0, 1)), firing(0, 5), changeNone, Firing},
		{"a new start while firing is the same episode: the sender restarted", ref(firing(0, 1)), firing(4, 5), changeNone, Firing},
		{"a worse severity is an update", ref(firing(0, 1)), worse, changeUpdate, Firing},
		{"a milder severity keeps the worst", ref(firing(0, 1)), milder, changeNone, Firing},
		{"a new value is an update", ref(firing(0, 1)), valued, changeUpdate, Firing},
		{"acknowledged at the sender", ref(firing(0, 1)), acked, changeAck, AlertAcknowledged},
		{"resolved ends it", ref(firing(0, 1)), resolved(0, 3, 3), changeResolve, AlertResolved},
		{"resolved before it began is stale", ref(firing(5, 6)), resolved(0, 3, 7), changeNone, Firing},
		{"resolved twice is a repeat", ref(resolved(0, 3, 3)), resolved(0, 3, 4), changeNone, AlertResolved},
		{"firing soon after the end is a flap", ref(resolved(0, 3, 3)), firing(5, 5), changeAgain, Firing},
		{"firing long after the end is a new episode", ref(resolved(0, 3, 3)), firing(30, 30), changeOpen, Firing},
		{"a late retry of what has ended changes nothing", ref(resolved(0, 3, 3)), firing(0, 4), changeNone, AlertResolved},
		{"a firing from before the end is late", ref(resolved(0, 3, 3)), firing(2, 4), changeNone, AlertResolved},
		{"a firing from before an end that was ours is none of the past", ref(expired), firing(50, 70), changeAgain, Firing},
		{"a firing from before an end without a time came is news", ref(ours), firing(2, 4), changeAgain, Firing},
		{"a repeat after an end without a time is late", ref(ours), firing(0, 4), changeNone, AlertResolved},
		{"a firing from before the one that such an end ended is late", ref(ours), firing(-1, 4), changeNone, AlertResolved},
		{"an end without a time ends what began in the sender's future", ref(ahead), untimed, changeResolve, AlertResolved},
		{"a start by the right clock is news after one that was ahead", ref(was), firing(6, 6), changeAgain, Firing},
		{"and after one whose end was by our clock", ref(untold), firing(6, 6), changeAgain, Firing},
		{"a repeat of what was ahead is late", ref(was), firing(30, 6), changeNone, AlertResolved},
		{"a start from before what was ahead came is late", ref(was), firing(0, 6), changeNone, AlertResolved},
		{"an end without a time that came before its beginning is stale", ref(firing(4, 5)), untimed, changeNone, Firing},
		{"a repeat of what expired changes nothing", ref(expired), firing(0, 70), changeNone, AlertResolved},
		{"a repeat of what a person closed changes nothing", ref(closed), firing(0, 9), changeNone, Firing},
		{"a new start of what a person closed opens again", ref(closed), firing(8, 9), changeOpen, Firing},
		{"what a person closed can still end", ref(closed), resolved(0, 9, 9), changeResolve, AlertResolved},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			next, what := step(tt.prev, tt.in, 10*time.Minute)
			if what != tt.want || next.Status != tt.status {
				t.Errorf("step = %s, %s; want %s, %s", what, next.Status, tt.want, tt.status)
			}
			if tt.prev != nil && what == changeNone && next.Count != tt.prev.Count+1 {
				t.Errorf("count = %d; want %d", next.Count, tt.prev.Count+1)
			}
		})
	}
}

func TestWhatASenderCutIsSaidOfItsOwnAlerts(t *testing.T) {
	other, home := &Alert{}, &Incident{}
	in := &intake{results: []*Alert{other}, homes: map[*Alert]*Incident{other: home}}
	in.apply(Delivery{Truncated: 3, Idle: 1}) // a Watchdog, and what was cut after it
	if home.TruncatedBy != 0 {
		t.Errorf("%d alerts of another delivery are said of it", home.TruncatedBy)
	}
}

func ref[T any](v T) *T { return &v }

func TestTheEndOfASeriesTimeIsNoneWhereItWasGivenMoreMeanwhile(t *testing.T) {
	t0 := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	over := t0.Add(time.Hour)
	expired := Alert{Status: AlertResolved, StartedAt: t0, EndedAt: &over, ExpiresAt: over}
	renewed := Alert{Status: Firing, StartedAt: t0, ReceivedAt: t0, Count: 2, ExpiresAt: over.Add(time.Hour)}
	if next, what := step(&renewed, expired, 0); what != changeNone || next.Status != Firing || next.Count != 2 || !next.ExpiresAt.After(over) {
		t.Errorf("%s: %+v", what, next)
	}
	renewed.ExpiresAt = over
	if next, what := step(&renewed, expired, 0); what != changeResolve || !next.EndedAt.Equal(over) {
		t.Errorf("%s: %+v", what, next)
	}
}

func TestAnEpisodeKeepsTheValueItBeganWith(t *testing.T) {
	t0 := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	seen := func(value *float64, began, received int) Alert {
		at := func(min int) time.Time { return t0.Add(time.Duration(min) * time.Minute) }
		return Alert{Status: Firing, Value: value, StartedAt: at(began), ReceivedAt: at(received)}
	}
	a, _ := step(nil, seen(nil, 0, 0), time.Minute)
	if a.FirstValue != nil {
		t.Errorf("without a value the first is %v", *a.FirstValue)
	}
	for n, v := range []float64{12.5, 11.8, 14} {
		if a, _ = step(&a, seen(&v, 0, n+1), time.Minute); *a.Value != v || *a.FirstValue != 12.5 {
			t.Errorf("after %v the value is %v, the first %v", v, *a.Value, *a.FirstValue)
		}
	}
	v := 3.0
	a.Status, a.EndedAt = AlertResolved, new(t0.Add(10*time.Minute))
	if a, what := step(&a, seen(&v, 60, 60), time.Minute); what != changeOpen || *a.FirstValue != 3 {
		t.Errorf("a new episode (%s) begins with %v", what, *a.FirstValue)
	}
}
