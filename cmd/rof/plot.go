package main

import (
	"bytes"
	"fmt"
	"html"
	"math"

	"ragoffire/engine"
)

// The drawing, from corner to corner: what was said along the bottom, what came
// true upwards, both from 0 to 100 %.
const (
	plotLeft, plotRight = 64.0, 424.0
	plotTop, plotBottom = 72.0, 432.0
)

func plotX(score float64) float64 { return plotLeft + score*(plotRight-plotLeft) }

func plotY(share float64) float64 { return plotBottom - share*(plotBottom-plotTop) }

// drawReliability draws a reliability diagram that stands alone: on the diagonal,
// what was said came true. A dot's size is the number of its answers; its stroke
// holds the true share nine times in ten.
func drawReliability(b *engine.Backtest) []byte {
	var w bytes.Buffer
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(&w, format+"\n", args...) }
	p(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 536" width="480" height="536" font-family="system-ui, sans-serif" font-size="13" fill="#5f5d58">`)
	p(`<title>How often scores were right</title>`)
	p(`<desc>%s</desc>`, html.EscapeString(b.Sentence))
	p(`<rect width="480" height="536" fill="#fff"/>`)
	p(`<text x="24" y="30" font-size="16" font-weight="600" fill="#1d1c1a">How often scores were right</text>`)
	p(`<text x="24" y="49">%s</text>`, html.EscapeString(plotCaption(b)))
	p(`<g stroke="#dfded9" fill="none">`)
	for n := range 5 {
		at := float64(n) / 4
		p(`<path d="M%.0f %.0fH%.0fM%.0f %.0fV%.0f"/>`, plotLeft, plotY(at), plotRight, plotX(at), plotTop, plotBottom)
	}
	p(`</g>`)
	for n := range 5 {
		at := float64(n) / 4
		p(`<text x="%.0f" y="%.0f" text-anchor="middle">%.0f%%</text>`, plotX(at), plotBottom+20, 100*at)
		p(`<text x="%.0f" y="%.0f" text-anchor="end">%.0f%%</text>`, plotLeft-8, plotY(at)+4, 100*at)
	}
	p(`<text x="%.0f" y="%.0f" text-anchor="middle">what was said</text>`, (plotLeft+plotRight)/2, plotBottom+44)
	p(`<text transform="translate(18 %.0f)rotate(-90)" text-anchor="middle">what came true</text>`, (plotTop+plotBottom)/2)
	p(`<path d="M%.0f %.0fL%.0f %.0f" stroke="#5f5d58" stroke-dasharray="5 5"/>`, plotLeft, plotBottom, plotRight, plotTop)
	for _, bin := range b.Table {
		if bin.N == 0 {
			continue
		}
		x := plotX(bin.Mean)
		p(`<path d="M%.1f %.1fV%.1f" stroke="#1f5fd6" stroke-width="2" opacity=".55"/>`, x, plotY(bin.Low), plotY(bin.High))
		p(`<circle cx="%.1f" cy="%.1f" r="%.1f" fill="#1f5fd6" stroke="#fff"/>`, x, plotY(bin.Right), plotRadius(bin.N))
		p(`<text x="%.1f" y="%.1f" text-anchor="end">%d</text>`, x-plotRadius(bin.N)-4, plotY(bin.Right)+4, bin.N)
	}
	p(`<text x="24" y="506">On the dashed line, what was said came true.</text>`)
	p(`<text x="24" y="524">The strokes hold the true share nine times in ten; the numbers are answers.</text>`)
	p(`</svg>`)
	return w.Bytes()
}

// plotRadius makes a dot's area grow with its answers, within what fits.
func plotRadius(n int) float64 { return min(4+math.Sqrt(float64(n))/2, 11) }

func plotCaption(b *engine.Backtest) string {
	n := 0
	for _, bin := range b.Table {
		n += bin.N
	}
	if n == 0 {
		return "no answers yet"
	}
	return fmt.Sprintf("%d answers; Brier %s, ECE %s where luck alone shows %s", n, decimal(b.Brier), decimal(b.ECE), decimal(b.NoiseFloor))
}
