// Package chart draws a measure over time as a PNG, for a chat that shows
// pictures.
package chart

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-analyze/charts"

	"ragoffire/engine"
)

const (
	width, height = 800, 320
	// MaxSize is what a drawing may have; it is a few points on one line.
	MaxSize   = 64 << 10
	maxPoints = 1000
)

// PNG draws a chart. It says the same for the same.
func PNG(c *engine.Chart) ([]byte, error) {
	if len(c.Samples) < 2 {
		return nil, errors.New("chart: two samples at least make a line")
	}
	samples := c.Samples[max(0, len(c.Samples)-maxPoints):]
	values, names := [][]float64{make([]float64, len(samples))}, []string{"now"}
	labels := make([]string, len(samples))
	for n, s := range samples {
		values[0][n] = s.Value
		labels[n] = s.At.UTC().Format("15:04")
	}
	level := func(name string, v *float64) {
		if v == nil {
			return
		}
		line := make([]float64, len(samples))
		for n := range line {
			line[n] = *v
		}
		values, names = append(values, line), append(names, name)
	}
	level("usually", c.Baseline)
	level("threshold", c.Threshold)

	o := charts.NewLineChartOptionWithData(values)
	o.Title.Text = title(c)
	o.Title.FontStyle.FontSize = 14
	o.Legend.SeriesNames = names
	o.XAxis.Labels = labels
	o.Symbol = charts.Symbol{Shape: charts.SymbolNone}
	o.LineStrokeWidth = 2
	o.ValueFormatter = func(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
	o.Padding = charts.NewBoxEqual(16)
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: width, Height: height, Theme: charts.GetTheme(charts.ThemeLight)})
	if err := p.LineChart(o); err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	b, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	if len(b) > MaxSize {
		return nil, fmt.Errorf("chart: %d bytes; at most %d are kept", len(b), MaxSize)
	}
	return b, nil
}

func title(c *engine.Chart) string {
	s := c.Title
	if r := []rune(s); len(r) > 80 {
		s = string(r[:79]) + "…"
	}
	if c.Unit != "" {
		s += ", " + c.Unit
	}
	return s + " (UTC)"
}
