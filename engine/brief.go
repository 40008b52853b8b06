package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"ragoffire/engine/ground"
)

// How much of each text a writer is told, in bytes: enough to explain from, and
// little enough to pay for.
const (
	briefWords  = 1500
	briefText   = 1500
	briefLine   = 400
	briefLabels = 24
)

// brief is what is told about one decision, with what its words are held against.
type brief struct {
	Brief
	ids  []string // that may be named
	hash string   // of the evidence and the recommendation, not of the alert
}

// newBrief gathers a decision's facts and its evidence as the store has it now;
// what is no longer there has no words of its own.
func (e *Engine) newBrief(ctx context.Context, r Reader, d *Decision) (*brief, error) {
	b := &brief{Brief: Brief{Facts: d.facts(), Action: *d.RecommendedAction}}
	if d.IncidentID != nil {
		b.ids = append(b.ids, *d.IncidentID)
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\x00%s\x00%s\x00", e.cfg.Writer.Model(), d.Match(), b.Action)
	if d.IncidentID == nil {
		sum.Write([]byte(b.Facts)) // two questions are one only where they are the same
	}
	for n := range d.Evidence {
		ev := &d.Evidence[n]
		text, err := evidenceText(ctx, r, ev)
		if err != nil {
			return nil, err
		}
		b.Evidence = append(b.Evidence, Source{ID: ev.ID, Text: text})
		b.ids = append(b.ids, ev.ID)
		fmt.Fprintf(sum, "%s\x00%s\x00", ev.ID, text)
	}
	b.hash = hex.EncodeToString(sum.Sum(nil)[:16])
	return b, nil
}

// facts are what is known of the trouble at hand, a fact a line.
func (d *Decision) facts() string {
	var f lines
	q := &d.Question
	if d.IncidentID != nil {
		f.add("incident", *d.IncidentID)
	}
	f.add("error type", q.ErrorType)
	f.add("service", q.Service)
	f.add("environment", q.Environment)
	if q.Spike != nil {
		f.add("above normal by", Percent(*q.Spike))
	}
	f.add("symptom", d.Symptom)
	for n := range d.Changes {
		f.add("changed just before", d.Changes[n].line())
	}
	for _, k := range slices.Sorted(maps.Keys(q.Labels))[:min(briefLabels, len(q.Labels))] {
		f.add("label "+k, q.Labels[k])
	}
	if q.Text != "" {
		f = append(f, "words of the alert: "+clipped(q.Text, briefWords))
	}
	return strings.Join(f, "\n")
}

// evidenceText is what history says in one citation.
func evidenceText(ctx context.Context, r Reader, ev *Evidence) (string, error) {
	var f lines
	f.add("title", ev.Title)
	f.add("what was done", ev.Resolution)
	if ev.Stance == Against {
		f.add("against it", "this speaks against the recommendation: "+ev.Outcome)
	}
	var err error
	if ev.Kind == KindRunbook {
		var b Runbook
		if b, err = r.Runbook(ctx, ev.ID); err == nil {
			f.add("service", b.Service)
			f.add("for alerts", strings.Join(b.Alerts, ", "))
			f.add("mitigation", b.Mitigation)
			f = append(f, "text: "+clipped(b.Text, briefText))
		}
	} else {
		var i Incident
		if i, err = r.Incident(ctx, ev.ID); err == nil {
			f.incident(&i)
		}
	}
	if KindOf(err) == NotFound {
		err = nil
	}
	return strings.Join(f, "\n"), err
}

func (f *lines) incident(i *Incident) {
	f.add("service", i.Service)
	f.add("symptom", i.Symptom)
	if i.Spike != nil {
		f.add("above normal by", Percent(*i.Spike))
	}
	f.add("cause", i.RootCause)
	for _, t := range i.Tried[:min(4, len(i.Tried))] {
		f.add("tried", t.Action+": "+t.Outcome+" "+t.Note)
	}
	f.add("time to mitigate", i.TimeToMitigate)
	f.add("cost", i.Cost)
	f.add("undo", i.Undo)
	f.add("check first", strings.Join(i.CheckFirst, "; "))
	if i.Text != "" {
		*f = append(*f, "text: "+clipped(i.Text, briefText))
	}
}

// lines are facts in a row, each with its name.
type lines []string

func (f *lines) add(name, value string) {
	if value = strings.Join(strings.Fields(value), " "); value != "" {
		*f = append(*f, clipped(name+": "+value, briefLine))
	}
}

// clipped is the beginning of a text that is too long.
func clipped(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// The lengths that words may have, in characters.
const (
	summaryLimit = 400
	shortLimit   = 300
)

// hold returns those of a draft's texts that the brief bears out, nil where that
// is none; drop is told of each that it does not.
func (b *brief) hold(w Wording, drop func(part string, why ground.Reason)) *Wording {
	history := []string{b.Action}
	for _, ev := range b.Evidence {
		history = append(history, ev.Text)
	}
	sources := ground.NewSources([]string{b.Facts}, history, b.ids...)
	for _, id := range w.Cites {
		if !sources.Cites(id) { // it made up its evidence, so who knows what else
			drop("cites", ground.ID)
			return nil
		}
	}
	action := ground.NewSources(nil, []string{b.Action})
	for _, part := range []struct {
		name  string
		text  *string
		limit int
	}{{"summary", &w.Summary, summaryLimit}, {"action", &w.Action, shortLimit}, {"check", &w.Check, shortLimit}} {
		if *part.text == "" {
			continue
		}
		why := sources.Check(*part.text, part.limit)
		if why == ground.Fine && part.name == "action" && !action.Counts(*part.text) {
			why = ground.Number // another incident's figure is not this action's
		}
		if why != ground.Fine {
			drop(part.name, why)
			*part.text = ""
		}
	}
	if w.Summary == "" && w.Action == "" && w.Check == "" {
		return nil
	}
	return &w
}
