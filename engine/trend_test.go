package engine

import (
	"testing"
	"time"
)

func TestAnAlertKeepsTheValuesItHasHad(t *testing.T) {
	at := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	seenAt := func(minute int, v float64) Alert {
		return Alert{Status: Firing, Source: "s", Fingerprint: "f", StartedAt: at, ReceivedAt: at.Add(time.Duration(minute) * time.Minute), Value: &v}
	}
	ep, _ := step(nil, seenAt(0, 1), time.Minute)
	for n, v := range []float64{2, 2, 5} {
		ep, _ = step(&ep, seenAt(n+1, v), time.Minute)
	}
	want := []Sample{{at, 1}, {at.Add(time.Minute), 2}, {at.Add(3 * time.Minute), 5}}
	if len(ep.Values) != len(want) {
		t.Fatalf("values = %v, want %v: those that changed", ep.Values, want)
	}
	for n := range want {
		if ep.Values[n] != want[n] {
			t.Errorf("value %d = %v, want %v", n, ep.Values[n], want[n])
		}
	}
	for n := range 2 * valuesKept {
		ep, _ = step(&ep, seenAt(n+10, float64(n)), time.Minute)
	}
	if len(ep.Values) != valuesKept || ep.Values[valuesKept-1].Value != 2*valuesKept-1 {
		t.Errorf("%d values are kept, the last %v; want the latest %d", len(ep.Values), ep.Values[len(ep.Values)-1], valuesKept)
	}
}

func TestAnIncidentShowsTheValuesOfTheAlertThatOpenedIt(t *testing.T) {
	i := Incident{Source: "s", Fingerprint: "f"}
	i.trend(&Alert{Source: "s", Fingerprint: "other", Values: []Sample{{Value: 1}}})
	if len(i.Trend) != 1 {
		t.Error("where that one has none, there are those of the first that has")
	}
	i.trend(&Alert{Source: "s", Fingerprint: "f", Values: []Sample{{Value: 2}, {Value: 3}}})
	i.trend(&Alert{Source: "s", Fingerprint: "other", Values: []Sample{{Value: 9}}})
	if len(i.Trend) != 2 || i.Trend[1].Value != 3 {
		t.Errorf("trend = %v", i.Trend)
	}
}
