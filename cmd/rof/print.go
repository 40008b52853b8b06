package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"

	"ragoffire/engine"
)

// plain is what is written to without colours, by its reader's wish (no-color.org).
type plain struct{ io.Writer }

func colored(w io.Writer) bool {
	_, is := w.(plain)
	return !is && terminal(w)
}

// printDecision prints a decision as a person reads it at night: what it is,
// what to do, how sure, and on what base.
func printDecision(w io.Writer, d *engine.Decision) error {
	p := printer{w: w, color: colored(w)}
	title := d.Header()
	if d.Example {
		title += "  EXAMPLE, not your systems"
	}
	p.title(title)
	for n := range d.Changes[:min(len(d.Changes), 2)] {
		c, label, todo := &d.Changes[n], "", ""
		if n == 0 {
			label = "Before it"
			if c.JustBefore(d.CreatedAt) {
				todo = ": check it first"
			}
		}
		p.line(label, c.Before(d.CreatedAt)+todo)
	}
	p.line("Onset", d.Spread())
	p.line("Symptom", d.Symptom)
	if d.RecommendedAction != nil {
		p.line("Recommended", *d.RecommendedAction)
		p.line("", d.Fix.Terms())
	}
	if d.Fix != nil {
		p.line("Careful", strings.Join(d.Fix.Warnings, "; "))
	}
	if d.Match() == "" && math.Round(100*d.ConfidenceScore) == 0 { // then a number says nothing
		p.line("Not known", strings.Join(d.Confidence.Reasons, ", "))
	} else {
		p.line("Confidence", confidenceLine(d))
	}
	p.line("This fix", d.Fix.Record())
	p.evidence(d)
	p.line("", strings.TrimSuffix(fmt.Sprintf("%.3g ms · %s · %s", d.LatencyMS, d.ID, origin(d)), " · "))
	return p.err
}

// evidence prints the match and who speaks for and against it, one line each;
// where there is no match, the nearest.
func (p *printer) evidence(d *engine.Decision) {
	shown := make(map[string]int)
	for n := range d.Evidence {
		ev := &d.Evidence[n]
		label, most := "Also near", 1
		switch {
		case d.Abstained:
			label, most = "Nearest", 3
		case ev.Stance == engine.For:
			label, most = "For it", 2
		case ev.Stance == engine.Against:
			label, most = "Against it", 2
		}
		if shown[label]++; shown[label] > most {
			continue
		}
		if shown[label] > 1 {
			label = ""
		}
		p.line(label, evidenceLine(ev))
	}
}

// origin says where the words come from, "" where nothing is known.
func origin(d *engine.Decision) string {
	switch {
	case d.Match() == "":
		return ""
	case d.MatchedRunbook != nil:
		return "from a runbook"
	case d.Generator == "" || d.Generator == "deterministic":
		return "from history"
	}
	return "from history, worded by " + d.Generator
}

func confidenceLine(d *engine.Decision) string {
	s := engine.Percent(math.Round(100 * d.ConfidenceScore))
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

func evidenceLine(ev *engine.Evidence) string {
	s := strings.TrimSpace(ev.ID + "  " + ev.Title)
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
