package engine_test

import (
	"testing"

	"ragoffire/engine"
)

func TestASeverityIsReadHoweverItIsWritten(t *testing.T) {
	for word, want := range map[string]engine.Severity{
		"SEV-0": engine.SeverityCritical, "sev 1": engine.SeverityHigh, "Sev_2": engine.SeverityMedium, " P-1 ": engine.SeverityCritical,
		"sev-3": engine.SeverityLow, "Critical": engine.SeverityCritical, "": engine.SeverityUnknown, "-": engine.SeverityUnknown, "sev-9": engine.SeverityUnknown,
	} {
		if got := engine.ParseSeverity(word); got != want {
			t.Errorf("%q is %s, not %s", word, got, want)
		}
	}
}
