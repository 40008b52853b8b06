package engine

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// witness is one thing that history or people say of an action: for it where its
// weight is above 0, against it below.
type witness struct {
	id      string // the incident, runbook or decision that says so
	kind    string // of evidence; empty for a decision
	title   string
	service string
	action  action
	weight  float64
	result  Result
	outcome string // as evidence shows it
	why     string
}

// The weights of what people said or did about an alert of the same kind, next
// to a past incident's own fix, which is worth its similarity. What happened
// counts more than a verdict; a failure counts more than a success, for it was
// this action on this kind of alert.
const (
	weighWorked    = 1.0
	weighApproved  = 0.4
	weighSuggested = 0.5
	weighFailed    = -1.2
	weighReverted  = -0.9
	weighRejected  = -0.6
	// weighRunbook: a runbook has no outcome.
	weighRunbook = 0.6
	// sharp makes near incidents count much more than distant ones: three at .6
	// are worth half of one at .95.
	sharp = 4
)

// witnesses are all that speak for or against the candidates' actions.
func (a *adviser) witnesses(ask *inquiry, list []*candidate) []witness {
	var out []witness
	for _, c := range list {
		if c.said != nil {
			continue
		}
		near := math.Pow(c.out.Raw, sharp)
		if b := c.runbook; b != nil {
			out = append(out, witness{id: b.id, kind: KindRunbook, title: b.title, service: b.service, action: c.action, weight: weighRunbook * near, why: "the runbook says so"})
			continue
		}
		out = append(out, c.incident.witnesses(c.action, near*weathered(a.now.Sub(c.incident.at)))...)
	}
	since := make(map[string]float64) // what later lessons leave of an action's earlier ones
	for n := range a.lessons {
		l := &a.lessons[n]
		if k := l.kinship(ask); k > 0 {
			left := overtaken(since, l.action.text, k)
			out = append(out, l.witnesses(k*left, a.now)...)
		}
	}
	return out
}

// outlived is what one later lesson on the same action and kind of alert leaves
// of an earlier one. People change their minds because their systems changed: four
// or five verdicts undo any number of older, opposite ones.
const outlived = 0.8

// overtaken is what is left of a lesson after the later ones on the same thing,
// and counts it among those; lessons come the latest first.
func overtaken[T comparable](since map[T]float64, thing T, kinship float64) float64 {
	left, ok := since[thing]
	if !ok {
		left = 1
	}
	since[thing] = left * (1 - (1-outlived)*kinship)
	return left
}

// weathered is what age leaves of an incident's word. Most problems come back within
// weeks; an old one still counts half.
func weathered(age time.Duration) float64 { return 0.5 + 0.5*fade(age, proHalf) }

// witnesses are what a past incident says of its fix and of what else was tried.
func (p *past) witnesses(fix action, weight float64) []witness {
	said := func(act action, r Result, w float64, why string) witness {
		return witness{id: p.id, kind: KindIncident, title: p.title, service: p.service, action: act, weight: w, result: r, outcome: string(r), why: why}
	}
	why := "worked"
	if p.took != "" {
		why += " in " + p.took
	}
	var list []witness
	if fix.text != "" {
		list = append(list, said(fix, Worked, weight, why))
	}
	for _, t := range p.tried {
		why := ""
		if t.Note != "" {
			why = ": " + t.Note
		}
		tried := readAction(t.Action)
		switch Result(t.Outcome) {
		case Worked:
			if !tried.same(fix) {
				list = append(list, said(tried, Worked, weight, "worked"+why))
			}
		case Failed:
			list = append(list, said(tried, Failed, -weight, "failed"+why))
		case Reverted:
			list = append(list, said(tried, Reverted, -weight, "taken back"+why))
		case NotTried:
		}
	}
	return list
}

func (l *lesson) witnesses(kinship float64, now time.Time) []witness {
	age := now.Sub(l.at)
	of := l.id
	if l.incident != "" {
		of = l.incident
	}
	say := func(act action, w float64, outcome, why string) witness {
		half := proHalf
		if w < 0 {
			half = conHalf
		}
		return witness{id: of, service: l.service, action: act, weight: w * kinship * fade(age, half), outcome: outcome, why: why + ", " + Span(max(0, age)) + " ago"}
	}
	var list []witness
	add := func(act action, w float64, r Result, outcome, why string) {
		if act.text != "" {
			wit := say(act, w, outcome, why)
			wit.result = r
			list = append(list, wit)
		}
	}
	switch {
	case l.result == Worked:
		add(l.action, weighWorked, Worked, "worked", "worked on "+of)
	case l.result == Failed:
		add(l.action, weighFailed, Failed, "failed", "failed on "+of)
	case l.result == Reverted:
		add(l.action, weighReverted, Reverted, "reverted", "taken back on "+of)
	case l.verdict == Approve:
		add(l.action, weighApproved, "", "approved", "approved on "+of)
	case l.verdict == Reject && l.rightIncident != l.match.id:
		add(l.action, weighRejected, "", "rejected", "rejected on "+of)
	case l.verdict == Reject: // the right problem, another fix
		add(l.action, weighRejected, "", "rejected", "another fix was wanted on "+of)
	}
	add(l.suggested, weighSuggested, "", "suggested", "said by "+l.suggestedBy+" on "+of)
	return list
}

// said is what all witnesses say of one action.
type said struct {
	action
	pro, con, failed float64
}

// hear adds the witnesses up, action by action, and tells each candidate what was
// said of its own.
func hear(witnesses []witness, list []*candidate) {
	byText := make(map[string]*said)
	for _, w := range witnesses {
		s := byText[w.action.text]
		if s == nil {
			s = &said{action: w.action}
			byText[w.action.text] = s
		}
		if w.weight > 0 {
			s.pro += w.weight
			continue
		}
		s.con -= w.weight
		if w.kind != "" {
			s.failed -= w.weight
		}
	}
	actions := slices.SortedFunc(maps.Values(byText), func(a, b *said) int { return strings.Compare(a.text, b.text) })
	for _, c := range list {
		for _, s := range actions {
			if c.action.same(s.action) {
				c.pro, c.con, c.failed = c.pro+s.pro, c.con+s.con, c.failed+s.failed
			}
		}
		c.worth = c.out.Score * c.trust() * (1 + agreed(c.pro, math.Pow(c.out.Raw, sharp)))
	}
}

// trust is the share of what was said of an action that speaks for it, each
// action given one witness to begin with: a single rejection doesn't sink it.
func (c *candidate) trust() float64 { return (c.pro + 1) / (c.pro + c.con + 1) }

// grace is what verdicts need beyond what speaks for an action before it is not
// recommended at all. A single rejection may be of the moment: it lets another
// action lead, where there is one, and silences none.
const grace = 0.5

// sunk reports whether the action is not to be recommended: history says that it
// failed more than it worked, or people have said so more than once. It comes back
// as what speaks against it fades.
func (c *candidate) sunk() bool {
	return c.failed > 0 && c.failed >= c.pro || c.con >= c.pro+grace
}

// agreed is what several witnesses add to the worth of one: at most a tenth, so
// that many distant incidents never outweigh the same problem.
func agreed(pro, own float64) float64 {
	if own <= 0 || pro <= own {
		return 0
	}
	return min(0.1, 0.05*math.Log2(pro/own))
}

// suggestions adds what people said should be done instead: on the incident that
// they rejected the fix of, where it is among the candidates.
func (a *adviser) suggestions(ask *inquiry, list []*candidate) []*candidate {
	for n := range a.lessons {
		l := &a.lessons[n]
		if l.suggested.text == "" || l.incident != "" && l.incident == ask.not.incident || l.kinship(ask) < 0.5 {
			continue
		}
		about := l.match
		if l.rightIncident != "" {
			about = docKey{KindIncident, l.rightIncident}
		}
		base := find(list, about)
		if base == nil || base.action.same(l.suggested) || offered(list, about, l.suggested) {
			continue
		}
		said := *base
		said.action, said.said = l.suggested, l
		list = append(list, &said)
	}
	return list
}

// offered reports whether an action stands among a match's candidates already.
func offered(list []*candidate, key docKey, act action) bool {
	for _, c := range list {
		if c.key() == key && c.action.same(act) {
			return true
		}
	}
	return false
}
