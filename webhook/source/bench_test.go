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
