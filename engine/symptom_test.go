package engine_test

import (
	"testing"

	"ragoffire/engine"
)

func TestASymptomSaysWhichWayAFigureWent(t *testing.T) {
	r := newRig(t)
	r.learnt(past("PM-1", "database_timeout", "checkout", 450, "throttle"))
	for spike, want := range map[float64]string{
		320: "database timeout increased 320%",
		-80: "database timeout, down 80%",
	} {
		if d := r.ask(engine.Question{ErrorType: "database_timeout", Spike: &spike, Service: "checkout"}); d.Match() != "PM-1" || d.Symptom != want {
			t.Errorf("%v: looks like %s, symptom %q; want %q", spike, d.Match(), d.Symptom, want)
		}
	}
}
