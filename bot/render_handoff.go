package bot

import (
	"strings"
	"time"

	"ragoffire/engine"
)

// shownHandoff is how many of a kind a handoff tells one by one.
const shownHandoff = 10

// handoff tells the next shift what it must know, the worst first.
func (r *renderer) handoff(h *engine.Handoff, now time.Time) *message {
	m := &message{text: "Handoff: " + count(len(h.Open)+len(h.Flapping)+len(h.Clear), "live incident")}
	m.add(header("Handoff"))
	incidents := func(list []engine.Incident) string {
		var lines []string
		for n := range list[:min(len(list), shownHandoff)] {
			i := &list[n]
			state := ""
			if i.Flapping() {
				state = "fired again " + times(i.Flaps)
			}
			lines = append(lines, join(
				dot(i)+" `"+r.esc(i.ID, maxName)+"`", severity(i.Severity), r.esc(headline(i), maxTitle), "for "+span(i.StartedAt, now),
				state, cleared(i), r.owner(i),
			))
		}
		return more(lines, len(list))
	}
	m.add(
		fact("Open", incidents(h.Open)),
		fact("Flapping", incidents(h.Flapping)),
		fact("All clear, to be closed", incidents(h.Clear)),
		fact("Nobody said whether it helped", r.unanswered(h.Unanswered)),
		fact("Ends by itself", r.expiring(h.Expiring)),
	)
	if len(m.blocks) == 1 {
		m.add(section("🟢 Nothing is open, and nothing waits for an answer."))
	}
	if h.More {
		m.add(footnote("There are more live incidents than are looked at here: `" + r.command + " list` shows the newest."))
	}
	return m.fit()
}

func (r *renderer) unanswered(list []engine.Decision) string {
	var lines []string
	for n := range list[:min(len(list), shownHandoff)] {
		d := &list[n]
		about, by := "", ""
		if d.IncidentID != nil {
			about = "`" + r.esc(*d.IncidentID, maxName) + "`"
		}
		if v := standing(d); v != nil {
			by = "approved by " + r.person(v.Actor) + " at " + clock(v.At)
		}
		action := ""
		if d.RecommendedAction != nil {
			action = r.esc(*d.RecommendedAction, maxTitle)
		}
		lines = append(lines, join(about, action, by, "`"+r.command+" outcome worked "+r.esc(d.ID, maxName)+"`"))
	}
	return more(lines, len(list))
}

func (r *renderer) expiring(list []engine.Expiry) string {
	var lines []string
	for _, e := range list[:min(len(list), shownHandoff)] {
		by := ""
		if e.By != "" {
			by = "by " + r.person(e.By)
		}
		lines = append(lines, join("until "+clock(e.Until), r.esc(e.Name, maxTitle), by))
	}
	return more(lines, len(list))
}

// more says how many of a list are left out.
func more(lines []string, all int) string {
	if n := all - len(lines); n > 0 {
		lines = append(lines, "and "+itoa(n)+" more")
	}
	return strings.Join(lines, "\n")
}
