package bot

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// advice is a decision with what its messages say of the world around it.
type advice struct {
	*engine.Decision
	live   *engine.Incident // the incident it belongs to, nil where a person asked
	alerts []engine.Alert   // of that incident; only where the outcome is asked
	before *engine.Decision // the one that it follows, nil where it is the first
}

// decision is the message of a decision: the match, why, what worked then, and
// the verdict once there is one.
func (r *renderer) decision(d *advice, now time.Time) *message {
	m := &message{text: r.decisionText(d.Decision)}
	m.add(header(r.plain(d.Header(), limitHeader)))
	m.add(section(r.matchLine(d.Decision), r.situation(d.Decision, d.live), r.following(d)))
	m.add(r.outdated(d.Decision))
	m.add(fact("Before it", strings.Join(r.changes(d), "\n")))
	m.add(fact("Order of onset", r.onset(d)))
	m.add(fact("Symptom", r.escLines(d.Symptom, maxAction)))
	switch {
	case d.Match() != "":
		m.add(fact("Recommended Action", r.action(d.Decision), r.terms(d.Decision), r.warnings(d.Decision)))
		m.add(fact("Confidence", r.confidence(d.Decision)))
		m.add(r.wording(d.Decision))
		m.add(fact("This fix", r.record(d.Decision)))
		m.add(r.witnesses(d.Decision)...)
	case len(d.Onset) == 0:
		if d.live == nil {
			m.add(section("Not known: nothing in history is close enough to advise from."))
		}
		m.add(fact("Nearest", strings.Join(r.cited(d.Decision, 3), "\n")))
	}
	m.add(section(r.verdict(d.Decision)...))
	m.add(decisionButtons(d.Decision, now))
	m.add(footnote(r.provenance(d.Decision)))
	return m.fit()
}

func (r *renderer) decisionText(d *engine.Decision) string {
	if d.Match() == "" {
		dot := "⚪ "
		if len(d.Onset) > 0 {
			dot = "🔴 "
		}
		return dot + r.notify(d.Header(), limitHeader) + " · " + r.notify(d.Symptom, maxTitle)
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
		switch {
		case live.MergedInto != "":
			parts = append(parts, r.merged(live))
		case live.Status == engine.Resolved:
			parts = append(parts, "🟢 resolved")
		}
	}
	if now := r.now(d, live); now != "" {
		parts = append(parts, "now: "+now)
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

// terms are what goes with the fix.
func (r *renderer) terms(d *engine.Decision) string { return r.esc(d.Fix.Terms(), maxAction) }

// record is what history says of the fix itself.
func (r *renderer) record(d *engine.Decision) string {
	s := r.esc(d.Fix.Record(), maxAction)
	if s != "" && d.Example {
		s += " (example)" // a seed's record is no statistic
	}
	return s
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

// warnings say what of the fix may not hold here.
func (r *renderer) warnings(d *engine.Decision) string {
	if d.Fix == nil || len(d.Fix.Warnings) == 0 {
		return ""
	}
	return "Careful: " + r.esc(strings.Join(d.Fix.Warnings[:min(len(d.Fix.Warnings), 3)], "; "), maxLine)
}

// provenance is the small print: latency, id, where the words come from.
func (r *renderer) provenance(d *engine.Decision) string {
	from := ""
	switch {
	case d.MatchedRunbook != nil:
		from = "from a runbook"
	case d.Match() != "":
		from = "from history"
	}
	if from != "" && d.Generator != "" && d.Generator != "deterministic" {
		from += ", worded by " + r.esc(d.Generator, maxName)
	}
	asked := ""
	if a := d.Question.Asked; a != nil && a.By != "" {
		asked = "asked by " + r.person(a.By)
	}
	return join("⏱ "+latency(d.LatencyMS), r.esc(d.ID, maxName), from, asked)
}
