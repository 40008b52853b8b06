package bot

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// decision is the message of a decision: the match, why, what worked then, and
// the verdict once there is one. live is the incident it belongs to, nil where
// a person asked.
func (r *renderer) decision(d *engine.Decision, live *engine.Incident, now time.Time) *message {
	m := &message{text: r.decisionText(d)}
	m.add(header(r.plain(d.Header(), limitHeader)))
	m.add(section(r.matchLine(d), r.situation(d, live)))
	m.add(fact("Symptom", r.escLines(d.Symptom, maxAction)))
	if d.Match() == "" {
		m.add(fact("Nearest", strings.Join(r.cited(d, 3), "\n")))
	} else {
		m.add(fact("Recommended Action", r.action(d), r.terms(d)))
		m.add(fact("Confidence", r.confidence(d)))
		m.add(r.wording(d))
		m.add(fact("This fix", r.record(d)))
		m.add(fact("Also near", strings.Join(r.cited(d, 3), "\n")))
	}
	m.add(section(r.verdict(d)...))
	m.add(decisionButtons(d, now))
	m.add(footnote(r.provenance(d)))
	return m.fit()
}

func (r *renderer) decisionText(d *engine.Decision) string {
	if d.Match() == "" {
		return "⚪ " + d.Header() + " · " + r.notify(d.Symptom, maxTitle)
	}
	action := ""
	if d.RecommendedAction != nil {
		action = *d.RecommendedAction
	}
	return join(r.notify(d.Header(), limitHeader), r.notify(action, maxTitle), percent(d.ConfidenceScore))
}

// matchLine names the match, with the mark of a seed in the line of its id.
func (r *renderer) matchLine(d *engine.Decision) string {
	e := evidenceOf(d)
	if e == nil {
		return ""
	}
	return join("*"+r.bold(e.ID, maxName)+"*", r.esc(e.Title, maxTitle), mark(d.Example || e.Example))
}

func evidenceOf(d *engine.Decision) *engine.Evidence {
	for n := range d.Evidence {
		if id := d.Evidence[n].ID; id == d.Match() && id != "" {
			return &d.Evidence[n]
		}
	}
	return nil
}

// situation ties the decision to tonight: the incident, its size now and then.
func (r *renderer) situation(d *engine.Decision, live *engine.Incident) string {
	var parts []string
	if live != nil {
		parts = append(parts, "This is *"+r.bold(live.ID, maxName)+"*")
		if live.Status == engine.Resolved {
			parts = append(parts, "🟢 resolved")
		}
	}
	if d.Question.Spike != nil {
		parts = append(parts, "now: "+change(*d.Question.Spike))
	}
	if d.Then != nil && d.Match() != "" {
		parts = append(parts, "then: "+change(*d.Then))
	}
	return join(parts...)
}

func (r *renderer) action(d *engine.Decision) string {
	if d.RecommendedAction == nil || *d.RecommendedAction == "" {
		return "Nothing on record worked; see the evidence"
	}
	return r.escLines(*d.RecommendedAction, maxAction)
}

// terms are what the fix costs, how to take it back, what to look at first.
func (r *renderer) terms(d *engine.Decision) string {
	if d.Fix == nil {
		return ""
	}
	var parts []string
	if d.Fix.Cost != "" {
		parts = append(parts, "cost: "+r.esc(d.Fix.Cost, maxLine))
	}
	if d.Fix.Undo != "" {
		parts = append(parts, "undo: "+r.esc(d.Fix.Undo, maxLine))
	}
	if first := d.Fix.CheckFirst; len(first) > 0 {
		parts = append(parts, "check first: "+r.esc(strings.Join(first[:min(len(first), 4)], "; "), maxLine))
	}
	return join(parts...)
}

// confidence says how sure, why, and in parentheses what that number rests on.
func (r *renderer) confidence(d *engine.Decision) string {
	c := &d.Confidence
	s := percent(d.ConfidenceScore)
	if strings.EqualFold(c.Word, "weak") {
		s = "Weak: " + s
	}
	for _, why := range c.Reasons[:min(len(c.Reasons), 8)] {
		s += ", " + r.esc(why, maxTitle)
	}
	if c.Base == "" {
		return s
	}
	return s + " (" + r.esc(c.Base, maxTitle) + ")"
}

// wording is a model's explanation, marked as one.
func (r *renderer) wording(d *engine.Decision) slack.Block {
	w := d.Words
	if w == nil {
		return nil
	}
	said := []string{"*In short*"}
	if w.Summary != "" {
		said = append(said, r.esc(w.Summary, maxAction))
	}
	if w.Action != "" {
		said = append(said, "what to do: "+r.esc(w.Action, maxAction))
	}
	if w.Check != "" {
		said = append(said, "check first: "+r.esc(w.Check, maxAction))
	}
	cites := ""
	if len(w.Cites) > 0 {
		cites = "from " + r.esc(strings.Join(w.Cites, ", "), maxLine)
	}
	return section(append(said, "_"+join("worded by "+r.esc(w.Model, maxName), cites)+"_")...)
}

// record is what history says of the fix itself.
func (r *renderer) record(d *engine.Decision) string {
	if d.Fix == nil || d.Fix.Tried == 0 {
		return ""
	}
	s := fmt.Sprintf("worked %d of %d", d.Fix.Worked, d.Fix.Tried)
	if d.Fix.Took != "" {
		s += ", in " + r.esc(d.Fix.Took, 40)
	}
	if d.Example {
		s += " (example)" // a seed's record is no statistic
	}
	return s
}

// provenance is the small print: latency, id, where the words come from.
func (r *renderer) provenance(d *engine.Decision) string {
	from := ""
	switch {
	case d.Match() == "":
	case d.Generator == "" || d.Generator == "deterministic":
		from = "from history"
		if d.MatchedRunbook != nil {
			from = "from a runbook"
		}
	default:
		from = "from history, worded by " + r.esc(d.Generator, maxName)
	}
	asked := ""
	if a := d.Question.Asked; a != nil && a.By != "" {
		asked = "asked by " + r.person(a.By)
	}
	return join("⏱ "+latency(d.LatencyMS), r.esc(d.ID, maxName), from, asked)
}
