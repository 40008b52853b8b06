package chart_test

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/chart"
)

func of(n int) *engine.Chart {
	base, threshold := 0.3, 1.0
	c := &engine.Chart{Title: "CheckoutSlow", Unit: "s", Baseline: &base, Threshold: &threshold}
	for i := range n {
		c.Samples = append(c.Samples, engine.Sample{
			At: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC).Add(time.Duration(i) * 15 * time.Second), Value: 0.3 + math.Abs(math.Sin(float64(i)*1.7)) + float64(i)/100,
		})
	}
	return c
}

func TestAChartIsASmallPicture(t *testing.T) {
	for name, c := range map[string]*engine.Chart{
		"a usual one":     of(240),
		"two samples":     of(2),
		"far too many":    of(5000),
		"without levels":  {Title: "x", Samples: of(50).Samples},
		"a flat one":      {Title: "x", Samples: []engine.Sample{{Value: 5}, {Value: 5}, {Value: 5}}},
		"huge numbers":    {Title: "x", Samples: []engine.Sample{{Value: -1e300}, {Value: 1e300}}},
		"a hostile title": {Title: strings.Repeat("<script>ünïcode 日本 ", 50), Unit: "%", Samples: of(9).Samples},
	} {
		b, err := chart.PNG(c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil || img.Bounds().Dx() != 800 || len(b) > chart.MaxSize {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
		if dir := os.Getenv("ROF_CHARTS"); dir != "" { // to look at them
			_ = os.WriteFile(dir+"/"+strings.ReplaceAll(name, " ", "-")+".png", b, 0o600)
		}
	}
	if _, err := chart.PNG(of(1)); err == nil {
		t.Error("one sample makes a line")
	}
}

func TestTheSameChartIsTheSamePicture(t *testing.T) {
	a, err := chart.PNG(of(240))
	if err != nil {
		t.Fatal(err)
	}
	b, err := chart.PNG(of(240))
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("it differs: %v", err)
	}
}
