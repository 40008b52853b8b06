package engine

import (
	"testing"
	"time"
)

func TestWhatEndedBeforeItBeganTookNoTime(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	for end, want := range map[time.Duration]string{12 * time.Minute: "12 min", 0: "0 s", -50 * time.Minute: ""} {
		over := at.Add(end)
		if got := (&Incident{StartedAt: at, ResolvedAt: &over}).took(); got != want {
			t.Errorf("over after %v: it took %q, want %q", end, got, want)
		}
		if got := (&Incident{StartedAt: at, MitigatedAt: &over, ResolvedAt: &at}).took(); got != want {
			t.Errorf("mitigated after %v: it took %q, want %q", end, got, want)
		}
	}
}

func TestAChangeIsToldByItsWords(t *testing.T) {
	for text, want := range map[string]bool{
		"Rolled back the release":         true,
		"A DEPLOYMENT of cart":            true,
		"the new configuration was wrong": true,
		"rolling back":                    true,
		"a feature flag was on":           true,
		"immigration office":              false,
		"reconfigured nothing":            false,
		"the disk was full":               false,
		"":                                false,
		"перезапуск; upgrade of the broker": true,
	} {
		if got := speaksOfChange(text); got != want {
			t.Errorf("%q: %v; want %v", text, got, want)
		}
	}
}
