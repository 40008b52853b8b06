package webhook

import (
	"fmt"
	"strconv"
	"strings"

	"ragoffire/engine"
)

// spark is a line of values, drawn small.
type spark struct {
	Path  string
	X, Y  string // of the last value
	Label string
}

const sparkWidth, sparkHeight, sparkEdge = 72.0, 18.0, 2.5

// newSpark draws values over time; fewer than two are no line.
func newSpark(values []engine.Sample) *spark {
	if len(values) < 2 {
		return nil
	}
	low, high := values[0].Value, values[0].Value
	for _, v := range values {
		low, high = min(low, v.Value), max(high, v.Value)
	}
	first, last := values[0], values[len(values)-1]
	long := last.At.Sub(first.At).Seconds()
	var s spark
	var path strings.Builder
	for n, v := range values {
		x, y := float64(n)/float64(len(values)-1), .5
		if long > 0 {
			x = v.At.Sub(first.At).Seconds() / long
		}
		if high > low {
			y = (high - v.Value) / (high - low)
		}
		s.X = short(sparkEdge + x*(sparkWidth-2*sparkEdge))
		s.Y = short(sparkEdge + y*(sparkHeight-2*sparkEdge))
		path.WriteString("L" + s.X + " " + s.Y)
	}
	s.Path = "M" + path.String()[1:]
	s.Label = fmt.Sprintf("%d values from %s to %s, now %s", len(values), brief(low), brief(high), brief(last.Value))
	return &s
}

func short(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// brief is a number as short as it may be said.
func brief(f float64) string { return strconv.FormatFloat(f, 'g', 4, 64) }
