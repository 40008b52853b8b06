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
	ids []string // that may be named
	// What the words are held against: history, what failed in it, which may be
	// spoken of and never advised, and what it says to check first.
	history, failed, checks []string
	hash                    string // of the evidence and the recommendation, not of the alert
}

// newBrief gathers a decision's facts and its evidence as the store has it now;
// what is no longer there has no words of its own.
func (e *Engine) newBrief(ctx context.Context, r Reader, d *Decision) (*brief, error) {
	b := &brief{Brief: Brief{Facts: d.facts(), Action: *d.RecommendedAction}, history: []string{*d.RecommendedAction}}
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
		f, failed, err := b.read(ctx, r, ev)
		if err != nil {
			return nil, err
		}
		text := strings.Join(slices.Concat(f, failed), "\n")
		b.Evidence = append(b.Evidence, Source{ID: ev.ID, Text: text})
		b.history, b.failed = append(b.history, f...), append(b.failed, failed...)
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
		f.add("changed before it", d.Changes[n].line())
	}
	for _, k := range slices.Sorted(maps.Keys(q.Labels))[:min(briefLabels, len(q.Labels))] {
		f.add("label "+k, q.Labels[k])
	}
	if q.Text != "" {
		f = append(f, "words of the alert: "+clipped(q.Text, briefWords))
	}
	return strings.Join(f, "\n")
}

// read is what history says in one citation, and what of it failed.
func (b *brief) read(ctx context.Context, r Reader, ev *Evidence) (f, failed lines, err error) {
	f.add("title", ev.Title)
	if ev.Stance == Against {
		failed.add("against the recommendation", ev.Resolution+": "+ev.Outcome)
	} else {
		f.add("what was done", ev.Resolution)
	}
	if ev.Kind == KindRunbook {
		var book Runbook
		if book, err = r.Runbook(ctx, ev.ID); err == nil {
			f.add("service", book.Service)
			f.add("for alerts", strings.Join(book.Alerts, ", "))
			f.add("mitigation", book.Mitigation)
			f = append(f, "text: "+clipped(book.Text, briefText))
		}
	} else {
		var i Incident
		if i, err = r.Incident(ctx, ev.ID); err == nil {
			f.incident(&i)
			for _, t := range i.Tried[:min(4, len(i.Tried))] {
				to := &f
				if t.Outcome != string(Worked) {
					to = &failed
				}
				to.add("tried", t.Action+": "+t.Outcome+" "+t.Note)
			}
			b.checks = append(b.checks, i.CheckFirst...)
		}
	}
	if KindOf(err) == NotFound {
		err = nil
	}
	return f, failed, err
}

func (f *lines) incident(i *Incident) {
	f.add("service", i.Service)
	f.add("symptom", i.Symptom)
	if i.Spike != nil {
		f.add("above normal by", Percent(*i.Spike))
	}
	f.add("cause", i.RootCause)
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
