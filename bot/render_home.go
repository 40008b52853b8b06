package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// How much of each kind a Home tab shows. Two blocks each, all of them stay well
// below Slack's hundred.
const (
	homeIncidents = 12
	homeProposals = 8
	homeOwn       = 10
	limitHome     = 100 // blocks
)

// home is a person's Home tab: what is open, what waits for a verdict, what is
// theirs, and the week. A button stands at each thing for its next step. Nothing
// in it grows old by itself.
func (r *renderer) home(b *board, who engine.Person) *message {
	var own, others []engine.Incident
	for _, i := range b.live {
		if has := i.Taker(); has != nil && has.Is(who) {
			own = append(own, i)
		} else {
			others = append(others, i)
		}
	}
	m := &message{text: "Home"}
	m.add(header(homeTitle(b.live)))
	m.add(r.homeIncidents("", others, homeIncidents)...)
	if len(b.live) == 0 {
		m.add(section("🟢 Nothing is open.", "`"+r.command+" analyze …` asks about anything; `"+r.command+" help` says what else there is."))
	}
	m.add(r.homeProposals(b.waiting)...)
	m.add(r.homeIncidents("Yours", own, homeOwn)...)
	m.add(r.homeDrafts(b.drafts, b.moreDrafts))
	m.add(slack.NewDividerBlock())
	m.add(r.week(&b.week))
	m.blocks = m.blocks[:min(len(m.blocks), limitHome)]
	return m
}

func homeTitle(live []engine.Incident) string {
	if len(live) == 0 {
		return "No open incidents"
	}
	alone := 0
	for n := range live {
		if live[n].Alone() {
			alone++
		}
	}
	if alone == 0 {
		return count(len(live), "open incident")
	}
	return count(len(live), "open incident") + ", nobody has " + itoa(alone)
}

func (r *renderer) homeIncidents(heading string, list []engine.Incident, limit int) []slack.Block {
	var blocks []slack.Block
	for n := range list[:min(len(list), limit)] {
		i := &list[n]
		title := ""
		if n == 0 && heading != "" {
			title = "*" + heading + "*"
		}
		blocks = append(blocks,
			section(title,
				join(dot(i)+" `"+r.esc(i.ID, maxName)+"`", r.esc(headline(i), maxTitle)),
				join("*"+severity(i.Severity)+"*", since(i.StartedAt), spread(i), r.owner(i))),
			incidentButtons(i))
	}
	return append(blocks, r.more(len(list)-limit, verbList))
}

// more says how much is left out, and where it is.
func (r *renderer) more(n int, verb string) slack.Block {
	if n <= 0 {
		return nil
	}
	return footnote(itoa(n) + " more: `" + r.command + " " + verb + "`")
}

func (r *renderer) homeProposals(list []proposal) []slack.Block {
	var blocks []slack.Block
	for n := range list[:min(len(list), homeProposals)] {
		p := &list[n]
		title := ""
		if n == 0 {
			title = "*Waiting for a verdict*"
		}
		blocks = append(blocks,
			section(title,
				join("`"+r.esc(p.live.ID, maxName)+"`", r.esc(headline(&p.live), maxTitle)),
				join(r.esc(p.Match(), maxName)+": "+r.esc(*p.RecommendedAction, maxLine), percent(p.ConfidenceScore), mark(p.Example))),
			buttons(
				primary(button(actionApprove, p.ID, "Approve")), button(actionReject, p.ID, "Reject"), button(actionEvidence, p.ID, "Evidence")))
	}
	return append(blocks, r.more(len(list)-homeProposals, verbList))
}

// week tells the last seven days. What did not happen is left out.
func (r *renderer) week(w *engine.Lately) slack.Block {
	if w.Opened+w.Advised == 0 {
		return footnote("Last 7 days: no incidents")
	}
	line := []string{count(w.Opened, "incident")}
	if w.Acked > 0 {
		line = append(line, "acknowledged after "+engine.Span(w.MTTA))
	}
	if w.Resolved > 0 {
		line = append(line, itoa(w.Resolved)+" resolved, after "+engine.Span(w.MTTR))
	}
	var advice []string
	for _, f := range []struct {
		n    int
		what string
	}{{w.Advised, "given"}, {w.Approved, "approved"}, {w.Rejected, "rejected"}, {w.Worked, "worked"}} {
		if f.n > 0 {
			advice = append(advice, itoa(f.n)+" "+f.what)
		}
	}
	told := ""
	if len(advice) > 0 {
		told = "Advice: " + strings.Join(advice, " · ")
	}
	return footnote("*Last 7 days*", strings.Join(line, " · "), told)
}
