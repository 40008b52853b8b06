package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// Who falls silent. The first is the one that must never be missed.
const (
	slackOnly = "Muted in Slack only; your pager still pages"
	everyone  = "Made in Alertmanager, too: what it pages falls silent"
	part      = "Made in Alertmanager, too; what comes from elsewhere is muted in Slack only, and its pager still pages"
)

func reachWords(reach engine.Reach) string {
	switch reach {
	case engine.ReachAll:
		return everyone
	case engine.ReachSome:
		return part
	case engine.ReachSlack:
	}
	return slackOnly
}

// shownSilenced is how many incidents a preview names.
const shownSilenced = 8

// silencePreview says what a silence would match, before it does.
func (r *renderer) silencePreview(p *engine.SilencePreview) *message {
	length := engine.Length(p.For)
	m := &message{text: "Silence for " + length + "?"}
	m.add(section(join("*Silence* for "+length, r.esc(p.Reason, maxLine)), r.matchers(&p.Silence)))
	m.add(r.silencedNow(p))
	m.add(section("🔕 " + reachWords(p.Reach) + "."))
	m.add(buttons(primary(button(actionSilence, p.ID, "Silence for "+length))))
	m.add(footnote("Nothing is silenced before you confirm. Alerts are recorded all the same, and told when it ends if they still fire."))
	return m.fit()
}

// silencedNow names what matches now.
func (r *renderer) silencedNow(p *engine.SilencePreview) slack.Block {
	if len(p.Incidents) == 0 {
		return section("It matches nothing that fires now.")
	}
	out := []string{"It matches " + count(p.Series, "firing alert") + " of " + count(len(p.Incidents), "incident") + " now:"}
	for n := range p.Incidents[:min(len(p.Incidents), shownSilenced)] {
		i := &p.Incidents[n]
		out = append(out, join(dot(i)+" `"+r.esc(i.ID, maxName)+"`", r.esc(headline(i), maxTitle), severity(i.Severity), r.owner(i)))
	}
	if more := len(p.Incidents) - shownSilenced; more > 0 {
		out = append(out, "and "+itoa(more)+" more")
	}
	if loud := len(p.Incidents) - p.Whole; loud > 0 {
		out = append(out, count(loud, "incident")+" still told: other alerts fire there, too")
	}
	return section(out...)
}

// matchers shows at most a screenful of them.
func (r *renderer) matchers(s *engine.Silence) string {
	const shown = 12
	var parts []string
	for _, m := range s.Match[:min(len(s.Match), shown)] {
		parts = append(parts, "`"+r.esc(m.String(), maxTitle)+"`")
	}
	if more := len(s.Match) - shown; more > 0 {
		parts = append(parts, "and "+itoa(more)+" more")
	}
	return strings.Join(parts, " ")
}

// silenced says what came of a confirmed silence, and the truth about the pager.
func (r *renderer) silenced(p *engine.SilencePreview, err error) *message {
	m := &message{text: "Silenced"}
	where := reachWords(p.Reach)
	switch {
	case err != nil:
		where = slackOnly + ": Alertmanager did not take it (" + r.esc(quiet(err).Error(), maxTitle) + "); rof tries again"
	case p.Outside == "":
		where = slackOnly
	case p.Reach == engine.ReachSlack:
		where = "Made in Alertmanager, too, but what it matches now comes from elsewhere: your pager still pages"
	}
	m.add(section("🔕 *Silenced* until "+clock(p.Until), r.matchers(&p.Silence), where+"."))
	m.add(buttons(button(actionEnd, p.ID, "End it")))
	return m.fit()
}

// silenceEnded says that a silence is over, and whether pagers know.
func (r *renderer) silenceEnded(s *engine.Silence, err error) *message {
	text := "🔔 The silence has ended; what still fires is told again."
	switch {
	case err != nil:
		text += " Alertmanager did not take the end (" + r.plain(quiet(err).Error(), maxTitle) + "); rof tries again, and until then its pagers stay silent."
	case s.Outside != "":
		text += " It has ended in Alertmanager, too."
	}
	return r.note(text)
}

// silences lists the active silences.
func (r *renderer) silences(list []engine.Silence) *message {
	if len(list) == 0 {
		return r.note("🔔 Nothing is silenced.")
	}
	m := &message{text: count(len(list), "silence")}
	for n := range list[:min(len(list), shownIncidents)] {
		s := &list[n]
		where := "Slack only"
		if s.Outside != "" {
			where = "Alertmanager, too"
		}
		m.add(aside(
			join("🔕 until "+clock(s.Until), r.person(s.By), r.esc(s.Reason, maxTitle), where, "`"+r.esc(s.ID, maxName)+"`")+"\n"+r.matchers(s),
			button(actionEnd, s.ID, "End it"),
		))
	}
	if more := len(list) - shownIncidents; more > 0 {
		m.add(footnote("and " + itoa(more) + " more"))
	}
	return m.fit()
}
