package source_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t *testing.T, p source.Parser, body string) []engine.Alert {
	t.Helper()
	got, err := p(source.Input{Source: "test", Body: []byte(body)})
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	if len(got.Bad) > 0 {
		t.Fatalf("bad members: %v", got.Bad)
	}
	return got.Delivery.Alerts
}

// invalid checks that a body is refused with the field's path in the error.
func invalid(t *testing.T, p source.Parser, body, field string) {
	t.Helper()
	got, err := p(source.Input{Source: "test", Body: []byte(body)})
	checkInvalid(t, err, field)
	if len(got.Delivery.Alerts) > 0 {
		t.Errorf("alerts = %d beside an error", len(got.Delivery.Alerts))
	}
}

func checkInvalid(t *testing.T, err error, field string) {
	t.Helper()
	e, ok := err.(*engine.Error)
	if !ok || e.Kind != engine.Invalid {
		t.Fatalf("err = %v, want an invalid %q", err, field)
	}
	if e.Field != field || !strings.Contains(e.Text, field) {
		t.Errorf("field = %q, text = %q, want both to name %q", e.Field, e.Text, field)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func value(f *float64) float64 {
	if f == nil {
		return -1
	}
	return *f
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// invariants hold for every alert that any parser gives.
func invariants(t *testing.T, alerts []engine.Alert) {
	t.Helper()
	for _, a := range alerts {
		if a.Source == "" || a.Fingerprint == "" && a.ErrorType == "" && a.Title == "" && a.Description == "" {
			t.Errorf("no identity: %+v", a)
		}
		switch a.Status {
		case engine.Firing, engine.AlertAcknowledged, engine.AlertResolved:
		default:
			t.Errorf("status = %q", a.Status)
		}
		if a.EndedAt != nil && (a.Status != engine.AlertResolved || a.EndedAt.IsZero()) {
			t.Errorf("ended at %v while %s", a.EndedAt, a.Status)
		}
		texts := []string{a.Title, a.Description, a.Service, a.Component, a.Environment, a.ErrorType, a.GroupKey, a.Reason, a.SeverityRaw, a.Name, a.Fingerprint, a.ExternalID}
		for k, v := range a.Labels {
			if len([]rune(k)) > 128 || len([]rune(v)) > 1024 {
				t.Errorf("label too long: %d, %d", len(k), len(v))
			}
			texts = append(texts, k, v)
		}
		for _, s := range texts {
			if engine.Clean(s) != s {
				t.Errorf("unclean text %q", s)
			}
		}
		for _, n := range []*float64{a.Value, a.Threshold, a.Spike} {
			if n != nil && (math.IsNaN(*n) || math.IsInf(*n, 0)) {
				t.Errorf("the number %v", *n)
			}
		}
		for _, at := range []*time.Time{&a.StartedAt, a.EndedAt} {
			if at != nil && (at.Location() != time.UTC || at.Year() < 1 || at.Year() > 9999) {
				t.Errorf("the time %v", at)
			}
		}
		if len(a.Labels) > 64 || len([]rune(a.Title)) > 300 || len(a.Description) > 8<<10 || len(a.Links) > 16 {
			t.Errorf("caps exceeded: %d labels, title %d, description %d, %d links", len(a.Labels), len(a.Title), len(a.Description), len(a.Links))
		}
		for _, l := range a.Links {
			if !strings.HasPrefix(l.URL, "http://") && !strings.HasPrefix(l.URL, "https://") {
				t.Errorf("link %q", l.URL)
			}
		}
	}
}
