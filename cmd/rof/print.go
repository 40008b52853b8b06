package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"ragoffire/engine"
)

// printDecision prints a decision as a person reads it at night: what it is,
// what to do, how sure, and on what base.
func printDecision(w io.Writer, d *engine.Decision) error {
	p := printer{w: w, color: terminal(w)}
	title := d.Header()
	if d.Example {
		title += "  EXAMPLE, not your systems"
	}
	p.title(title)
	p.line("Symptom", d.Symptom)
	if d.RecommendedAction != nil {
		p.line("Recommended", *d.RecommendedAction)
	}
	p.line("Confidence", confidenceLine(d))
	if f := d.Fix; f != nil {
		p.line("This fix", fixLine(f))
		p.line("Check first", strings.Join(f.CheckFirst, "; "))
		p.line("Undo", f.Undo)
	}
	for n, ev := range d.Evidence {
		label := ""
		switch {
		case n == 0 && d.Abstained:
			label = "Nearest"
		case n == 0:
			label = "Evidence"
		}
		p.line(label, evidenceLine(ev))
	}
	p.line("", fmt.Sprintf("%.3g ms · %s · from history", d.LatencyMS, d.ID))
	return p.err
}

func confidenceLine(d *engine.Decision) string {
	s := engine.Percent(100 * d.ConfidenceScore)
	if d.Confidence.Word == "weak" {
		s = "Weak: " + s
	}
	if len(d.Confidence.Reasons) > 0 {
		s += ", " + strings.Join(d.Confidence.Reasons, ", ")
	}
	if d.Confidence.Base != "" {
		s += " (" + d.Confidence.Base + ")"
	}
	return s
}

func fixLine(f *engine.FixRecord) string {
	s := fmt.Sprintf("worked %d of %d", f.Worked, f.Tried)
	if f.Took != "" {
		s += " in " + f.Took
	}
	if f.Cost != "" {
		s += "; cost: " + f.Cost
	}
	return s
}

func evidenceLine(ev engine.Evidence) string {
	s := ev.ID + "  " + ev.Title
	if ev.Example {
		s += " (example)"
	}
	if len(ev.Why) > 0 {
		s += "  [" + strings.Join(ev.Why, "; ") + "]"
	}
	return s
}

// printer writes aligned lines; colour only where a person reads.
type printer struct {
	w     io.Writer
	color bool
	err   error
}

func (p *printer) title(s string) {
	if s = safe(s); p.color {
		s = "\x1b[1m" + s + "\x1b[0m"
	}
	p.print(s + "\n")
}

func (p *printer) line(label, text string) {
	if text == "" {
		return
	}
	label = fmt.Sprintf("%-13s", label)
	if p.color {
		label = "\x1b[2m" + label + "\x1b[0m"
	}
	p.print(label + safe(text) + "\n")
}

func (p *printer) print(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

// safe keeps text from outside from speaking to the terminal.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, s)
}
