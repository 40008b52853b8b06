package bot_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ragoffire/engine"
)

// state is how a flow ended, in lines that do not depend on when things
// happened, or how often they were tried.
func (f *flow) state() []string {
	f.t.Helper()
	var lines []string
	names := []string{"\x00", ""} // ids become what they stand for
	add := func(kind string, v any, drop ...string) {
		b, err := json.Marshal(v)
		if err != nil {
			f.t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			f.t.Fatal(err)
		}
		for _, k := range drop {
			delete(m, k)
		}
		if b, err = json.Marshal(m); err != nil {
			f.t.Fatal(err)
		}
		lines = append(lines, kind+" "+string(b))
	}
	err := f.store.View(f.ctx, func(r engine.Reader) error {
		incidents, _, err := r.Incidents(f.ctx, engine.IncidentFilter{}, "", 200)
		if err != nil {
			return err
		}
		for _, i := range incidents {
			if i.Historical {
				continue
			}
			names = append(names, i.ID, "<"+i.Title+">")
			add("incident", i)
			alerts, err := r.Alerts(f.ctx, i.ID)
			if err != nil {
				return err
			}
			for _, a := range alerts {
				names = append(names, a.ID, "<"+a.Title+" episode>")
				add("alert", a, "count", "Count") // of deliveries: one that is sent again counts
			}
			timeline, err := r.Timeline(f.ctx, i.ID)
			if err != nil {
				return err
			}
			for _, e := range timeline {
				add("entry", e, "id")
			}
		}
		decisions, _, err := r.Decisions(f.ctx, engine.DecisionFilter{}, "", 200)
		if err != nil {
			return err
		}
		slices.Reverse(decisions)
		for n, d := range decisions {
			names = append(names, d.ID, fmt.Sprintf("<decision %d>", n+1))
			d.Question.Asked = nil // its request is Slack's id of the attempt that got through
			add("decision", d, "latency_ms")
		}
		posts, err := r.Posts(f.ctx, "", 200)
		for _, p := range posts {
			lines = append(lines, "unsent "+p.Key)
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	kinds := map[engine.EventType]int{}
	for after := int64(0); ; {
		var events []engine.Event
		if err := f.store.View(f.ctx, func(r engine.Reader) (err error) {
			events, err = r.Events(f.ctx, after, 0)
			return err
		}); err != nil {
			f.t.Fatal(err)
		}
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			after = e.Seq
			kinds[e.Type]++
		}
	}
	lines = append(lines, fmt.Sprintf("events %v", kinds))
	for _, job := range f.jobs.Waiting() {
		lines = append(lines, "job "+job)
	}
	parents := map[string]string{}
	for _, m := range f.slack.Snapshot().Messages(channel) {
		key := m.Via
		if m.Metadata != nil {
			key = fmt.Sprint(m.Metadata.Payload["post"])
		}
		parents[m.TS] = key
		lines = append(lines, fmt.Sprintf("message %s under %q, broadcast %v: %s", key, parents[m.ThreadTS], m.Broadcast, strings.ReplaceAll(m.Visible(), "\n", " ⏎ ")))
	}
	same := strings.NewReplacer(names...)
	for n := range lines {
		lines[n] = timeless(same.Replace(lines[n]))
	}
	slices.Sort(lines)
	return lines
}

var (
	instant = regexp.MustCompile(`"?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"?`)
	clocked = regexp.MustCompile(`\b\d\d:\d\d(:\d\d)?\b`)
	lasting = regexp.MustCompile(`\b(under )?\d+(\.\d+)? (ms|s|min|h|d)\b`)
	dated   = regexp.MustCompile(`<!date\^\d+\^`)
	entryID = regexp.MustCompile(`ent_[0-9A-Za-z]+`)
)

// timeless is a text without its times, and the ids that hold some.
func timeless(s string) string {
	s = instant.ReplaceAllString(s, `"T"`)
	s = dated.ReplaceAllString(s, "<!date^T^")
	s = clocked.ReplaceAllString(s, "T")
	s = lasting.ReplaceAllString(s, "D")
	return entryID.ReplaceAllString(s, "ent")
}

// differ tells what is in one state and not in the other, both sorted.
func differ(got, want []string) string {
	var b strings.Builder
	left := slices.Clone(want)
	for _, l := range got {
		if n := slices.Index(left, l); n >= 0 {
			left = slices.Delete(left, n, n+1)
			continue
		}
		fmt.Fprintf(&b, "+ %s\n", l)
	}
	for _, l := range left {
		fmt.Fprintf(&b, "- %s\n", l)
	}
	return b.String()
}

var worded = []*regexp.Regexp{
	regexp.MustCompile(`"(generator|worded_for)":"[^"]*",?`),
	regexp.MustCompile(`"words":\{[^}]*\},?`),
	regexp.MustCompile(`\*In short\*.*?_worded by echo[^_]*_ ⏎ `),
	regexp.MustCompile(`, worded by echo`),
	regexp.MustCompile(`^events .*`),
}

// wordless is a state without what a model said.
func wordless(lines []string) []string {
	lines = slices.Clone(lines)
	for n := range lines {
		for _, w := range worded {
			lines[n] = w.ReplaceAllString(lines[n], "")
		}
		lines[n] = strings.ReplaceAll(lines[n], ",}", "}")
	}
	return lines
}
