package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// cited lists past incidents and runbooks beside the match, best first, that
// speak neither for the advice nor against it.
func (r *renderer) cited(d *engine.Decision, limit int) []string {
	var lines []string
	for n := range d.Evidence {
		e := &d.Evidence[n]
		if e.ID == d.Match() || e.Stance != "" {
			continue
		}
		if len(lines) == limit {
			break
		}
		lines = append(lines, "• "+join(r.esc(e.ID, maxName), percent(e.Score), r.esc(e.Title, maxTitle), mark(e.Example)))
	}
	if len(lines) == 0 && d.Match() == "" {
		return []string{"nothing in history is near"}
	}
	return lines
}

// witnesses are the lines on what speaks for the advice and what against it; the
// match itself speaks for it above. The rest is behind a button.
func (r *renderer) witnesses(d *engine.Decision) []slack.Block {
	var pro, con []string
	for n := range d.Evidence {
		e := &d.Evidence[n]
		switch {
		case e.Stance == engine.Against && len(con) < 3:
			con = append(con, r.witness(e))
		case e.Stance == engine.For && e.ID != d.Match() && len(pro) < 2:
			pro = append(pro, r.witness(e))
		}
	}
	return []slack.Block{
		fact("Speaks for it", strings.Join(pro, "\n")),
		fact("Speaks against it", strings.Join(con, "\n")),
		fact("Also near", strings.Join(r.cited(d, 2), "\n")),
	}
}

// witness is one that speaks for or against, with its reason.
func (r *renderer) witness(e *engine.Evidence) string {
	why := e.Why
	if e.Stance == engine.Against {
		why = e.Why[max(0, len(e.Why)-1):] // what speaks against comes after what it has in common
	}
	did := ""
	if e.Stance == engine.Against && e.Kind != engine.KindDecision && e.Outcome == string(engine.Resolved) {
		did = r.esc(e.Resolution, maxTitle)
	}
	return "• " + join(r.esc(e.ID, maxName), share(e), r.esc(strings.Join(why[:min(len(why), 3)], "; "), maxTitle), did, mark(e.Example))
}

// share is how near evidence is; of what people said there is no such number.
func share(e *engine.Evidence) string {
	if e.Score == 0 {
		return ""
	}
	return percent(e.Score)
}

// evidence is everything a decision rests on, for the one who asks why: the
// advice, how sure it is and on what base, and what was compared.
func (r *renderer) evidence(d *engine.Decision) *message {
	m := &message{text: "Evidence of " + r.notify(d.ID, maxName)}
	advised := ""
	if d.RecommendedAction != nil {
		advised = r.esc(*d.RecommendedAction, maxLine)
	}
	m.add(section("*"+r.bold(d.Header(), maxTitle)+"*", advised, join("confidence "+r.confidence(d), r.record(d))))
	if len(d.Evidence) == 0 {
		m.add(section("Nothing in history is near. Resolve incidents with what fixed them, or import post-mortems: `rof import PATH`."))
		return m.fit()
	}
	for _, g := range []struct {
		title  string
		stance engine.Stance
	}{{"Speaks for it", engine.For}, {"Speaks against it", engine.Against}, {"Compared with it", ""}} {
		heading := "*" + g.title + "*"
		for n := range d.Evidence[:min(len(d.Evidence), 10)] {
			if e := &d.Evidence[n]; e.Stance == g.stance {
				m.add(section(append([]string{heading}, r.citation(e)...)...))
				heading = ""
			}
		}
	}
	m.add(footnote(join(r.esc(d.ID, maxName), "asked: "+r.asked(d))))
	return m.fit()
}

// asked is the question as it was compared.
func (r *renderer) asked(d *engine.Decision) string {
	q := &d.Question
	spike := ""
	if q.Spike != nil {
		spike = change(*q.Spike)
	}
	return join(r.esc(engine.Words(q.ErrorType), maxName), r.esc(q.Service, maxName), r.esc(q.Environment, maxName), spike, r.esc(q.Text, maxTitle))
}

func (r *renderer) citation(e *engine.Evidence) []string {
	what := e.Outcome
	if e.Kind == engine.KindRunbook {
		what = "runbook"
	}
	did := ""
	switch {
	case e.Resolution == "":
	case e.Kind == engine.KindDecision || e.Outcome == string(engine.Failed) || e.Outcome == string(engine.Reverted):
		did = "tried: " + r.esc(e.Resolution, 400)
	default:
		did = "fix: " + r.esc(e.Resolution, 400)
	}
	return []string{
		join("*"+r.bold(e.ID, maxName)+"*", share(e), r.esc(e.Title, maxTitle), mark(e.Example)),
		join(r.esc(e.Service, maxName), r.esc(what, 40), r.esc(strings.Join(e.Why[:min(len(e.Why), 6)], "; "), maxLine)),
		did,
	}
}
