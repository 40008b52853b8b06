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

func TestAnAlertOfADescriptionAloneIsCalledByItsFirstLine(t *testing.T) {
	for description, want := range map[string]string{
		"disk is full\non db-1":         "disk is full",
		"\n\n  disk is full\r\non db-1": "disk is full",
		" ":                             "alert from alertmanager",
		"\n":                            "alert from alertmanager",
	} {
		r := newRig(t)
		r.ingest(alert("f", func(a *engine.Alert) {
			a.Title, a.Name, a.ErrorType, a.Labels, a.Description = "", "", "", nil, description
		}))
		if i := r.incidents()[0]; i.Title != want || i.Symptom != want {
			t.Errorf("%q: called %q, symptom %q; want %q", description, i.Title, i.Symptom, want)
		}
	}
}
