package engine

import "testing"

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
