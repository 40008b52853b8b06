package source_test

import (
	"os"
	"testing"

	"ragoffire/webhook/source"
)

// BenchmarkPreset reads a Datadog delivery, the preset with most to do.
func BenchmarkPreset(b *testing.B) {
	body, err := os.ReadFile("testdata/datadog-triggered.json")
	if err != nil {
		b.Fatal(err)
	}
	parse := source.Kinds()["datadog"]
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parse(source.Input{Source: "b", Body: body}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAlertmanager reads a delivery of one alert, as most are in a burst.
func BenchmarkAlertmanager(b *testing.B) {
	body, err := os.ReadFile("testdata/alertmanager-ungrouped.json")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := source.Alertmanager(source.Input{Source: "b", Body: body}); err != nil {
			b.Fatal(err)
		}
	}
}
