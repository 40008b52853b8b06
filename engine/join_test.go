package engine_test

import (
	"testing"
	"time"

	"ragoffire/engine"
)

func TestALengthThatSomebodyChoseIsSaidWhole(t *testing.T) {
	for d, want := range map[time.Duration]string{
		45 * time.Second:            "45 s",
		90 * time.Second:            "1 min 30 s",
		90 * time.Minute:            "90 min",
		150 * time.Minute:           "2 h 30 min",
		2*time.Hour + 5*time.Second: "2 h 5 s",
		12 * time.Hour:              "12 h",
		61 * time.Hour:              "2 d 13 h",
	} {
		if got := engine.Length(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}
