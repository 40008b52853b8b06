package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ragoffire/engine/markdown"
)

// DraftPostmortem is the draft of an incident's post-mortem, and what it is made of.
func (e *Engine) DraftPostmortem(ctx context.Context, id string) (string, Detail, error) {
	d, err := e.Tale(ctx, id)
	switch {
	case err != nil:
		return "", d, err
	case d.Historical:
		return "", d, Conflictf("%s is history; its story is written", d.ID)
	}
	return Postmortem(&d), d, nil
}

// PostmortemFile is what the draft of an incident is called as a file.
func PostmortemFile(id string) string { return id + "-postmortem.md" }

// Postmortem drafts the story of an incident in Markdown, as engine/history reads
// it back: what people write into it is what an import takes in. What nobody knows
// yet is a comment.
func Postmortem(d *Detail) string {
	var b strings.Builder
	frontMatter(&b, d)
	fmt.Fprintf(&b, "# %s\n", inline(d.Title))
	part := func(title, body, empty string) {
		if body == "" {
			body = "<!-- " + empty + " -->"
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, body)
	}
	fix, cause := d.Prefill()
	if d.Status == Resolved {
		fix, cause = d.Resolution, d.RootCause
	}
	part("Impact", impact(d), "Who noticed what?")
	part("Detection", detection(d), "How was it noticed?")
	part("Timeline", told(d), "What happened when?")
	part("Root cause", markdown.Escape(cause), "Why did it break?")
	part("Resolution", markdown.Escape(fix), "What fixed it?")
	if tried := d.Attempts(); len(tried) > 0 {
		part("What was tried", listed(tried, "- "), "")
	}
	part("Follow-ups", listed(followUpsOf(d), "- [ ] "), "- [ ] what, who, until when")
	return b.String()
}

func frontMatter(b *strings.Builder, d *Detail) {
	b.WriteString("---\nkind: incident\n")
	line := func(name, value string) {
		if value != "" {
			quoted, _ := json.Marshal(value) // a JSON text is a YAML text
			fmt.Fprintf(b, "%s: %s\n", name, quoted)
		}
	}
	line("id", d.ID)
	line("title", inline(d.Title))
	line("error_type", d.ErrorType)
	line("service", d.Service)
	line("environment", d.Environment)
	line("severity", string(d.Severity))
	if d.Spike != nil {
		fmt.Fprintf(b, "spike_percentage: %s\n", strconv.FormatFloat(*d.Spike, 'f', -1, 64))
	}
	line("started_at", d.StartedAt.UTC().Format(time.RFC3339))
	if d.ResolvedAt != nil {
		line("resolved_at", d.ResolvedAt.UTC().Format(time.RFC3339))
	}
	line("time_to_mitigate", d.took())
	b.WriteString("---\n\n")
}

// impact says what was seen, where, how bad it was and for how long.
func impact(d *Detail) string {
	var facts []string
	facts = append(facts, "severity "+string(d.Severity))
	if hit := d.servicesHit(); len(hit) > 0 {
		facts = append(facts, "hit: "+strings.TrimSpace(strings.Join(hit, ", ")+" "+d.Environment))
	}
	if d.Series > 0 {
		facts = append(facts, counted(d.Series, "alert"))
	}
	end := "not over yet"
	if d.ResolvedAt != nil {
		end = "over after " + Span(max(0, d.ResolvedAt.Sub(d.StartedAt)))
		if d.Reason != "" && d.Reason != ReasonFixed {
			end += ", " + strings.ReplaceAll(string(d.Reason), "_", " ")
		}
	}
	facts = append(facts, "began "+minute(d.StartedAt)+", "+end)
	return strings.TrimSpace(markdown.Escape(d.Symptom) + "\n\n" + inline(strings.Join(facts, "; ")) + ".")
}

// detection says what raised it first and how long it took until somebody had it.
func detection(d *Detail) string {
	var first *Alert
	for n := range d.Alerts {
		if a := &d.Alerts[n]; first == nil || a.ReceivedAt.Before(first.ReceivedAt) {
			first = a
		}
	}
	if first == nil {
		return ""
	}
	line := markdown.Escape(strings.Join(strings.Fields(first.Summary()), " ")) + " from " + inline(first.Source) + " at " + minute(first.ReceivedAt)
	if late := first.ReceivedAt.Sub(first.StartedAt); late >= time.Minute {
		line += ", " + Span(late) + " after it began"
	}
	by, at := d.AcknowledgedBy, d.AcknowledgedAt
	if n := slices.IndexFunc(d.Timeline, func(e Entry) bool { return e.Kind == "acknowledged" }); n >= 0 {
		by, at = d.Timeline[n].Actor, &d.Timeline[n].At // the first: a reopening forgets who it was
	}
	if at == nil {
		return line + ". Nobody acknowledged it."
	}
	return line + ". Acknowledged by " + inline(by) + " after " + Span(max(0, at.Sub(first.ReceivedAt))) + "."
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// told is the timeline as a list, in UTC.
func told(d *Detail) string {
	lines := make([]string, len(d.Timeline))
	for n := range d.Timeline {
		e := &d.Timeline[n]
		lines[n] = minute(e.At) + " " + e.Line()
	}
	return listed(lines, "- ")
}

// Line is an entry as one line: what happened, and who did it.
func (e *Entry) Line() string {
	kind := strings.ReplaceAll(e.Kind, "_", " ")
	text := strings.Join(strings.Fields(e.Text), " ")
	switch {
	case e.Kind == "note" && e.Actor != "":
		return e.Actor + ": " + text
	case strings.HasPrefix(text, kind):
		kind = text
	case e.Kind == "note":
		kind = text
	default:
		kind += ": " + text
	}
	if e.Actor != "" {
		kind += " (" + e.Actor + ")"
	}
	return kind
}

// followUpsOf are those that the incident has, and those that notes name.
func followUpsOf(d *Detail) []string {
	todo := append([]string(nil), d.FollowUps...)
	for n := range d.Timeline {
		if e := &d.Timeline[n]; e.Kind == "note" && e.Actor != "" {
			if text := marked(e.Text, followUpMarks()); text != "" {
				todo = append(todo, text)
			}
		}
	}
	return todo
}

func listed(lines []string, mark string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(mark + inline(line) + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }

// inline is text on one line that opens no comment.
func inline(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "<!--", `\<!--`)
}
