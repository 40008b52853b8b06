package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// How many incidents a digest tells with a button, and how many in all.
const (
	digestButtons = 10
	digestLines   = 30
)

// digested reads a digest with the incidents that it tells, in order of onset.
func digested(ctx context.Context, in engine.Reader, p *engine.Post) (d engine.Digest, list []engine.Incident, err error) {
	if err := json.Unmarshal(p.Detail, &d); err != nil {
		return d, nil, fmt.Errorf("digest %s: %w", p.Key, err)
	}
	ids := d.Incidents
	if len(ids) == 0 {
		posts, err := in.Digested(ctx, p.Key, 1000)
		if err != nil {
			return d, nil, err
		}
		for n := range posts {
			ids = append(ids, posts[n].Subject)
		}
	}
	for _, id := range ids {
		i, err := in.Incident(ctx, id)
		if engine.KindOf(err) == engine.NotFound {
			continue
		}
		if err != nil {
			return d, nil, err
		}
		list = append(list, i)
	}
	slices.SortStableFunc(list, func(a, b engine.Incident) int { return a.StartedAt.Compare(b.StartedAt) })
	return d, list, nil
}

// digest is one message for several incidents: what a storm or a quiet night
// brought, in the order of onset and then the worst first.
func (r *renderer) digest(d *engine.Digest, list []engine.Incident) *message {
	if len(list) == 0 {
		return r.note("🟢 Each of these has a message of its own now.")
	}
	total := totals(list)
	m := &message{text: r.notify(join(digestTitle(d, &total), bare(r.onsets(list))), 280)}
	m.add(header(digestTitle(d, &total)))
	m.add(section(join(total.words()...), r.onsets(list), groups(d, list)))
	worst := slices.Clone(list)
	slices.SortStableFunc(worst, func(a, b engine.Incident) int {
		return cmp.Or(cmp.Compare(over(&a), over(&b)), cmp.Compare(b.Severity.Rank(), a.Severity.Rank()))
	})
	var more []string
	for n := range worst[:min(len(worst), digestLines)] {
		i := &worst[n]
		line := join(dot(i)+" `"+r.esc(i.ID, maxName)+"`", r.esc(headline(i), maxTitle), severity(i.Severity), since(i.StartedAt), spread(i), r.owner(i))
		if b := digestButton(d, i); b != nil && n < digestButtons {
			m.add(aside(line, b))
			continue
		}
		more = append(more, line)
	}
	m.add(section(more...))
	rest := ""
	if n := len(worst) - digestLines; n > 0 {
		rest = "and " + itoa(n) + " more: `" + r.command + " list`"
	}
	m.add(footnote(join(rest, digestNote(d))))
	return m.fit()
}

// tally is what a digest counts.
type tally struct {
	incidents, alerts, open int
	took                    string
}

func totals(list []engine.Incident) tally {
	t := tally{incidents: len(list)}
	first, last := list[0].StartedAt, list[0].StartedAt
	for n := range list {
		i := &list[n]
		t.alerts += max(i.Series, 1)
		if i.Status != engine.Resolved {
			t.open++
		}
		if at := i.LastSeriesAt; at.After(last) {
			last = at
		}
	}
	t.took = span(first, last)
	return t
}

func (t *tally) words() []string {
	state := itoa(t.open) + " not over yet"
	if t.open == 0 {
		state = "all over"
	}
	return []string{"*" + count(t.alerts, "alert") + " in " + t.took + "*", state}
}

func digestTitle(d *engine.Digest, t *tally) string {
	switch d.Why {
	case "critical":
		return "🔴 " + count(t.incidents, "critical incident") + " at once"
	case "quiet":
		return "🌙 In the quiet hours: " + count(t.incidents, "incident")
	}
	if t.open == 0 {
		return "🟢 Storm: " + count(t.incidents, "incident") + ", all over"
	}
	return "🔴 Storm: " + count(t.incidents, "incident")
}

func digestNote(d *engine.Digest) string {
	switch d.Why {
	case "critical":
		return "each gets a message of its own as fast as Slack allows"
	case "quiet":
		return "less severe than the route announces at night"
	}
	return "told here so that the channel can be read; critical ones stand for themselves"
}

// digestButton does what comes next: taking a critical one, or giving one of the
// others its own message.
func digestButton(d *engine.Digest, i *engine.Incident) *slack.ButtonBlockElement {
	switch {
	case d.Why != "critical" && i.Live():
		return button(actionSurface, i.ID, "Show")
	case d.Why == "critical" && i.Status == engine.Open:
		return button(actionAck, i.ID, "Acknowledge")
	}
	return nil
}

func over(i *engine.Incident) int {
	if i.Live() {
		return 0
	}
	return 1
}

// onsets says where it began: first: db-primary 03:01:10, then checkout, cart.
func (r *renderer) onsets(list []engine.Incident) string {
	const shown = 8
	var names []string
	seen := map[string]bool{}
	line := ""
	for n := range list {
		i := &list[n]
		name := cmp.Or(i.Service, i.Title)
		if seen[name] {
			continue
		}
		seen[name] = true
		if line == "" {
			line = "first: " + r.esc(name, maxName) + " " + i.StartedAt.UTC().Format("15:04:05") + " UTC"
			continue
		}
		names = append(names, r.esc(name, maxName))
	}
	if len(names) > 0 {
		line += ", then " + strings.Join(names[:min(len(names), shown)], ", ")
	}
	if more := len(names) - shown; more > 0 {
		line += " and " + itoa(more) + " more"
	}
	return line
}

// groups mentions the groups of critical incidents that nobody has, each once.
func groups(d *engine.Digest, list []engine.Incident) string {
	if d.Why != "critical" {
		return ""
	}
	var out []string
	for n := range list {
		if m := mention(&list[n]); m != "" && list[n].Status == engine.Open && !slices.Contains(out, m) && len(out) < 10 {
			out = append(out, m)
		}
	}
	return strings.Join(out, " ")
}
